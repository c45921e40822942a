/** @file Parts of clips as text, for a command: `startFrame=3,endFrame=9,crop=64x48+10+0`. */
import type { ClipPart } from './clip-part.ts';

/** What the text of a part may consist of. */
export const clipPartWords =
  'start, end (seconds), startFrame, endFrame, crop=WIDTHxHEIGHT+LEFT+TOP, or "whole"';

/** A part as text; `whole` for the whole clip. */
export function clipPartText({ crop, ...ends }: ClipPart): string {
  const words = Object.entries(ends).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  );
  if (crop) words.push(`crop=${crop.width}x${crop.height}+${crop.left}+${crop.top}`);
  return words.length === 0 ? 'whole' : words.join(',');
}

/** The part that a text means; `undefined` if it means none. Each end may be given once. */
export function clipPartOf(text: string): ClipPart | undefined {
  if (text === 'whole') return {};
  const part: { -readonly [Name in keyof ClipPart]: ClipPart[Name] } = {};
  for (const word of text.split(',')) {
    const [, name, value] = /^(\w+)=(.+)$/.exec(word.trim()) ?? [];
    if (name === undefined || name in part) return undefined;
    if (name === 'start' || name === 'end') {
      if (!/^\d*\.?\d+$/.test(value!)) return undefined;
      part[name] = Number(value);
    } else if (name === 'startFrame' || name === 'endFrame') {
      if (!/^\d+$/.test(value!)) return undefined;
      part[name] = Number(value);
    } else {
      const sides = /^(\d+)x(\d+)\+(\d+)\+(\d+)$/.exec(value!);
      if (name !== 'crop' || !sides) return undefined;
      const [width, height, left, top] = sides.slice(1).map(Number) as [number, number, number, number];
      part.crop = { left, top, width, height };
    }
  }
  return part;
}
