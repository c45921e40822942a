import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { testdata } from '../testing/testdata.ts';
import { inspectClip } from './clip.ts';
import { CombFinder } from './combing.ts';
import { timeNotes } from './time-notes.ts';

const [width, height] = [96, 64];

/** What is found in pictures of this brightness at each column, row and moment. */
function found(brightness: (x: number, y: number, time: number) => number, pictures = 12, bits = 8) {
  const finder = new CombFinder();
  for (let time = 0; time < pictures; time++) {
    const values = Array.from({ length: width * height }, (_, at) =>
      brightness(at % width, Math.floor(at / width), time),
    );
    const plane =
      bits > 8 ? Uint16Array.from(values, (value) => value << (bits - 8)) : Uint8Array.from(values);
    finder.add({ plane, width, bits });
  }
  return finder.firstField;
}

/** A bar that has moved so far. */
const bar = (x: number, moved: number) => (x >= 8 + moved && x < 30 + moved ? 200 : 40);

describe('two fields woven into one picture', () => {
  test.each([1, 2, 3, 5])('a bar that moves %i pixels a field', (speed) => {
    const top = (x: number, y: number, time: number) => bar(x, speed * (2 * time + (y % 2)));
    const bottom = (x: number, y: number, time: number) => bar(x, speed * (2 * time + 1 - (y % 2)));
    const pictures = speed > 3 ? 6 : 12;
    expect([found(top, pictures), found(bottom, pictures)]).toEqual(['top', 'bottom']);
    expect(found(top, pictures, 10)).toBe('top');
  });

  test('before stripes, and with noise', () => {
    const noise = (x: number, y: number, time: number) =>
      ((x * 7919 + y * 104_729 + time * 1299_709) % 13) - 6;
    const woven = (x: number, y: number, time: number) =>
      (y < 20 && y % 2 === 1 ? 120 : bar(x, 2 * (2 * time + (y % 2)))) + noise(x, y, time);
    expect(found(woven)).toBe('top');
  });

  test('in film on video (3:2 pulldown): two of five pictures', () => {
    // Four pictures of the film as 2, 3, 2 and 3 fields.
    const film = [0, 0, 1, 1, 1, 2, 2, 3, 3, 3];
    const at = (field: number) => 4 * Math.floor(field / 10) + film[field % 10]!;
    expect(found((x, y, time) => bar(x, 4 * at(2 * time + (y % 2))), 16)).toBe('top');
  });
});

describe('whole pictures', () => {
  test.each([1, 2, 3, 5])('a bar that moves %i pixels a picture', (speed) => {
    expect(found((x, _, time) => bar(x, speed * time))).toBeUndefined();
  });

  test('fine stripes that rest, move in any direction, or swap', () => {
    for (const period of [2, 3, 4, 6]) {
      for (const speed of [0, 1, 2, 3]) {
        const stripe = (y: number) => (((y % period) + period) % period < period / 2 ? 200 : 60);
        expect(
          found((_, y, time) => stripe(y + speed * time)),
          `${period}, ${speed}`,
        ).toBeUndefined();
        expect(found((x, y, time) => (x < 20 + speed * time ? stripe(y) : 60))).toBeUndefined();
        expect(found((x, y, time) => (x < 20 + speed * time ? stripe(y) : 200))).toBeUndefined();
        expect(found((x, y, time) => (bar(x, speed * time) > 100 ? stripe(y) : 60))).toBeUndefined();
        expect(found((x, y, time) => (bar(x, speed * time) > 100 ? 130 : stripe(y + time)))).toBeUndefined();
      }
    }
    expect(
      found((x, y, time) => (x > 20 + 3 * time ? 60 + 70 * ((x + y) % 3) : (y % 2) * 140)),
    ).toBeUndefined();
  });

  test('noise, cuts, and still pictures', () => {
    const noise = (x: number, y: number, time: number) => (x * 7919 + y * 104_729 + time * 1299_709) % 251;
    expect(found(noise)).toBeUndefined();
    expect(found((x, _, time) => (time < 6 ? x : 200 - x))).toBeUndefined();
    // A cut between two fields of one picture, and nothing else.
    expect(found((_, y, time) => (2 * time + (y % 2) < 11 ? 40 : 200))).toBeUndefined();
    expect(found(() => 80)).toBeUndefined();
    expect(found((x, y, time) => bar(x, y + time), 2)).toBeUndefined();
  });

  test('a few pixels high, or of changing sizes', () => {
    const finder = new CombFinder();
    for (const rows of [1, 2, 2, 3, 48, 48, 24]) {
      finder.add({ plane: new Uint8Array(width * rows), width, bits: 8 });
    }
    expect(finder.firstField).toBeUndefined();
  });
});

test('a combed video that says nothing of fields is named; its pictures are taken as they are', async () => {
  const clip = await inspectClip(testdata('clips/timing/combed.mp4'));
  expect(clip).toMatchObject({ combed: 'bottom', frameCount: 12 });
  expect(clip.firstField).toBeUndefined();
  expect(timeNotes(clip)).toMatchObject([
    {
      kind: 'interlaced',
      serious: true,
      found: [
        'looks interlaced (bottom field first), though it is not flagged so: its pictures are combed where something moves',
      ],
      advice: [['Deinterlace it before: ffmpeg -i IN -vf bwdif=mode=send_frame:parity=bff OUT.']],
    },
  ]);
});

test('no other video here is', async () => {
  for (const folder of ['odd', 'timing', 'walking', 'asl_signing']) {
    const names = readdirSync(testdata(`clips/${folder}`)).filter((name) =>
      /\.(mp4|mkv|mov|webm|ts|m2t)$/.test(name),
    );
    expect(names.length).toBeGreaterThan(0);
    for (const name of names.filter((name) => name !== 'combed.mp4')) {
      expect((await inspectClip(join(testdata(`clips/${folder}`), name))).combed, name).toBeUndefined();
    }
  }
});
