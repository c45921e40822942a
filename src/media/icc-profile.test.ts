import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  iccProfile,
  iccTableProfile,
  PROFILE_COLOURS,
  type ProfileCurve,
  SRGB_PARAMETERS,
} from '../testing/picture-files.ts';
import type { Curve } from './colour-space.ts';
import { iccColourSpace } from './icc-profile.ts';

/** The light of a grey profile with this curve. */
const lightOf = (curve: ProfileCurve): Curve =>
  (iccColourSpace(iccProfile('grey', curve), true)!.light as readonly Curve[])[0]!;

test('curves: a gamma, a table with straight lines between, a function', () => {
  expect(lightOf(2)(0.5)).toBe(0.25);
  expect(lightOf({ table: [] })(0.3)).toBe(0.3);
  const bent = lightOf({ table: [0, 13_107, 65_535] });
  expect([0, 0.25, 0.5, 0.75, 1].map(bent)).toEqual([0, 0.1, 0.2, 0.6, 1]);
  const srgb = lightOf({ parameters: SRGB_PARAMETERS });
  expect(srgb(0)).toBe(0);
  expect(srgb(0.02)).toBeCloseTo(0.02 / 12.92, 5);
  expect(srgb(0.5)).toBeCloseTo(0.21404, 4);
  expect(srgb(1)).toBeCloseTo(1, 4);
});

test('a matrix: sRGB’s own is the identity', () => {
  const { toSrgb } = iccColourSpace(iccProfile(PROFILE_COLOURS.srgb, 1), false)!;
  for (const [at, value] of toSrgb.entries()) expect(value).toBeCloseTo(at % 4 === 0 ? 1 : 0, 3);
});

test('other profiles, and what is none', () => {
  const rgb = iccProfile(PROFILE_COLOURS.p3, 2.2);
  expect(iccColourSpace(rgb, true)).toBeUndefined();
  expect(iccColourSpace(iccProfile('grey', 1.8), false)).toBeUndefined();
  expect(iccColourSpace(iccTableProfile(PROFILE_COLOURS.srgb), false)).toBeUndefined();
  expect(iccColourSpace(Buffer.alloc(0), false)).toBeUndefined();
  expect(iccColourSpace(Buffer.from('no profile at all'.repeat(20)), false)).toBeUndefined();
});

test('bytes changed at random never throw', () => {
  const profiles = [
    iccProfile(PROFILE_COLOURS.p3, { parameters: SRGB_PARAMETERS }),
    iccProfile(PROFILE_COLOURS.adobe, { table: [0, 9, 65_535] }),
    iccProfile('grey', 1.8),
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...profiles),
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 8 }),
      fc.nat(),
      (profile, changes, cut) => {
        const bytes = Buffer.from(profile.subarray(0, profile.length - (cut % 64)));
        for (const [place, byte] of changes) bytes[place % bytes.length] = byte;
        for (const grey of [true, false]) {
          const light = iccColourSpace(bytes, grey)?.light ?? [];
          for (const curve of light as readonly Curve[]) expect(curve(0.5)).toBeTypeOf('number');
        }
      },
    ),
    { numRuns: 2000, seed: 1 },
  );
});
