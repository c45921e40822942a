/** @file Many pictures on one: rows of frames to look at, and the reference's grid of videos. */

import { blankPicture, type Picture } from './picture.ts';

/** Options of {@link contactSheet}. */
export interface ContactSheetOptions {
  /** Pixels between pictures and around them; 2 unless told. */
  readonly gap?: number;
  /** Red, green, blue of what shows between the pictures, each 0 to 255; black unless told. */
  readonly background?: readonly [number, number, number];
  /** A row with more pictures than this continues on the next line; unlimited unless told. */
  readonly columns?: number;
}

/**
 * Lays out rows of pictures on one sheet. Every cell has the size of the largest picture; smaller ones sit in its upper
 * left corner. Throws `RangeError` when there is no picture at all.
 */
export function contactSheet(
  rows: readonly (readonly Picture[])[],
  options: ContactSheetOptions = {},
): Picture {
  const { gap = 2, background = [0, 0, 0], columns = Number.POSITIVE_INFINITY } = options;
  const lines = rows.flatMap((row) => wrap(row, columns));
  const pictures = lines.flat();
  if (pictures.length === 0) {
    throw new RangeError('a contact sheet needs at least one picture');
  }
  const cellWidth = gap + Math.max(...pictures.map((each) => each.width));
  const cellHeight = gap + Math.max(...pictures.map((each) => each.height));
  const sheet = blankPicture(
    {
      width: gap + cellWidth * Math.max(...lines.map((line) => line.length)),
      height: gap + cellHeight * lines.length,
    },
    background,
  );
  for (const [row, line] of lines.entries()) {
    for (const [column, each] of line.entries()) {
      paste(sheet, each, gap + column * cellWidth, gap + row * cellHeight);
    }
  }
  return sheet;
}

function wrap(row: readonly Picture[], columns: number): Picture[][] {
  const lines: Picture[][] = [];
  for (let start = 0; start < row.length; start += columns) {
    lines.push(row.slice(start, start + columns));
  }
  return lines;
}

function paste(sheet: Picture, each: Picture, left: number, top: number): void {
  for (let y = 0; y < each.height; y++) {
    const row = each.data.subarray(y * each.width * 3, (y + 1) * each.width * 3);
    sheet.data.set(row, ((top + y) * sheet.width + left) * 3);
  }
}

/**
 * The frames of one video that shows several side by side, as the reference's `save_videos_grid` lays them out: four
 * videos a row with 2 black pixels around each; a single video stays as it is. `videos[b][f]` is frame f of video b.
 * Throws `RangeError` when the videos differ in length.
 */
export function videoGrid(videos: readonly (readonly Picture[])[], perRow = 4): Picture[] {
  const [first] = videos;
  if (!first || videos.length === 1) {
    return first ? [...first] : [];
  }
  if (videos.some((frames) => frames.length !== first.length)) {
    throw new RangeError(
      `videos of ${videos.map((frames) => frames.length).join(', ')} frames do not fit one grid`,
    );
  }
  return first.map((_, frame) =>
    contactSheet([videos.map((frames) => frames[frame]!)], { gap: 2, columns: perRow }),
  );
}
