/** @file Notes on the timing of a clip, shared by everything that reads clips. */
import type { GivenParts } from '../phrases.ts';
import type { ClipInfo } from './clip.ts';
import { type Remark, remark } from './remark.ts';

/** A note on the timing of a clip's frames. */
export type TimeNote = Remark<'edit list' | 'variable rate' | 'rest' | 'interlaced'>;

/** Notes on a clip's timing; none for a constant rate at which each frame is shown once. */
export function timeNotes(clip: ClipInfo): TimeNote[] {
  const { storedFrames, frameCount, firstField, interlacedAsIs, combed, variableRate, rests = [] } = clip;
  const notes: TimeNote[] = [];
  const note = (kind: TimeNote['kind'], said: string | GivenParts, serious = false) =>
    notes.push(remark(kind, serious, said));
  if (storedFrames !== undefined) {
    note(
      'edit list',
      `its edit list shows ${frameCount} frames of the ${storedFrames} that are stored; these are taken.`,
    );
  }
  if (firstField) {
    note(
      'interlaced',
      `interlaced (${firstField} field first): of each frame only that field is taken, and its rows are filled in between.`,
    );
  }
  if (interlacedAsIs) {
    const found = 'interlaced H.265, which is not deinterlaced';
    note('interlaced', { found, advice: 'Deinterlace it before.' }, true);
  }
  if (combed) {
    const parity = combed === 'top' ? 'tff' : 'bff';
    note(
      'interlaced',
      {
        found: `looks interlaced (${combed} field first), though it is not flagged so: its pictures are combed where something moves`,
        advice: `Deinterlace it before: ffmpeg -i IN -vf bwdif=mode=send_frame:parity=${parity} OUT.`,
      },
      true,
    );
  }
  if (variableRate) {
    const { slowest, fastest } = variableRate;
    note(
      'variable rate',
      `variable frame rate (${short(slowest)} to ${short(fastest)} a second): frames are taken by the time at which they are shown.`,
    );
  }
  for (const { frame, seconds } of rests.slice(0, 3)) {
    const isLast = frame === frameCount - 1;
    const what = isLast
      ? 'its last frame, which counts once'
      : `frame ${frame} (counted from 0), which is taken so long`;
    note('rest', `rests for ${short(seconds)} s on ${what}.`);
  }
  if (rests.length > 3) note('rest', `rests on ${rests.length - 3} more frames.`);
  return notes;
}

function short(value: number): string {
  return `${Number(value.toFixed(1))}`;
}
