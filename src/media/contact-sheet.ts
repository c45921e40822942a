/** @file Sheets of many pictures: rows of frames, and the reference's grid of videos. */

import { blankPicture, type Picture } from './picture.ts';

/** Options of {@link contactSheet}. */
export interface ContactSheetOptions {
  /** Pixels between and around pictures; default 2. */
  readonly gap?: number;
  /** Background colour as red, green, blue, each 0 to 255; default black. */
  readonly background?: readonly [number, number, number];
  /** Longest row; more pictures continue on the next line. Default unlimited. */
  readonly columns?: number;
}

/**
 * Lays out rows of pictures on one sheet. Every cell has the size of the largest picture, with smaller ones in its
 * upper left corner. Throws `RangeError` if there are no pictures.
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

/** Copies a picture onto a sheet, with its upper left corner at this pixel; it must lie within the sheet. */
export function paste(sheet: Picture, each: Picture, left: number, top: number): void {
  for (let y = 0; y < each.height; y++) {
    const row = each.data.subarray(y * each.width * 3, (y + 1) * each.width * 3);
    sheet.data.set(row, ((top + y) * sheet.width + left) * 3);
  }
}

/**
 * The frames of one video that shows several side by side, laid out like the reference's `save_videos_grid`: four
 * videos a row with 2 black pixels around each; a single video is returned unchanged. `videos[b][f]` is frame f of
 * video b. Throws `RangeError` if the videos differ in length.
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
