/** @file All parity checks, by the fixtures that they check. */
import { readdir, stat } from 'node:fs/promises';

import { CheckpointError } from '../../src/errors.ts';
import type { MemoryMode } from '../../src/runtime/memory-mode.ts';
import { type Fixture, readFixtureFile } from '../../src/testing/fixture.ts';
import type { Comparison, FixtureResult } from './compare.ts';
import {
  checkActivations,
  checkImageUNet,
  checkInitialVideoUNet,
  checkTextEncoder,
  checkTokenizer,
  checkVae,
  checkVideoUNet,
} from './networks.ts';
import { checkAdain, checkGrid, checkHistograms, checkResize, checkSchedulers } from './pieces.ts';
import { checkInversion, checkPipeline } from './sampling.ts';
import { checkGradients, checkOptimiser } from './training.ts';

type Check = (folder: string, fixture: Fixture, memory: MemoryMode) => Promise<Comparison>;

/** The check of each fixture, by a prefix of its name; the first match is used. */
const checks: readonly (readonly [prefix: string, check: Check])[] = [
  ['tokenizer', checkTokenizer],
  ['text_encoder', checkTextEncoder],
  ['vae_', checkVae],
  ['unet2d', checkImageUNet],
  ['unet3d_init', checkInitialVideoUNet],
  ['unet3d_rand_activations', checkActivations],
  ['unet3d_rand', checkVideoUNet],
  ['train_grad', checkGradients],
  ['train_batch', checkGradients],
  ['train_adamw', checkOptimiser],
  ['schedulers', checkSchedulers],
  ['pipeline_', checkPipeline],
  ['ddim_inversion', checkInversion],
  ['adain', checkAdain],
  ['his_match', checkHistograms],
  ['cv2_resize', checkResize],
  ['save_videos_grid', checkGrid],
];

/** The result of one fixture; `failure` is the reason if it could not be computed. */
export type ParityRow = { readonly name: string; readonly passed: boolean } & (
  | FixtureResult
  | { readonly failure: string }
);

/** Names of the fixtures in a folder, in a fixed order. Throws `CheckpointError` when it holds none. */
export async function listFixtures(folder: string): Promise<string[]> {
  if (!(await stat(folder).catch(() => undefined))?.isDirectory()) {
    throw new CheckpointError(`there is no folder "${folder}"; give one laid out like testdata/mini.`);
  }
  const names = (await readdir(folder))
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
  if (names.length === 0)
    throw new CheckpointError(`"${folder}" holds no fixtures (pairs of .json and .safetensors).`);
  return names;
}

/** How a fixture is checked. */
export interface CheckOptions {
  /** The folder with the models, if it is another one. */
  readonly models?: string;
  /** Replaces smaller tolerances of the fixture. */
  readonly leastTolerance?: number;
  /** How the networks run; default `fast`. With `low`, small networks are chains, too. */
  readonly memory?: MemoryMode;
}

/** Checks one fixture. Fails if there is no check for it. */
export async function checkFixture(
  folder: string,
  name: string,
  { models = folder, leastTolerance = 0, memory = 'fast' }: CheckOptions = {},
): Promise<ParityRow> {
  const check = checks.find(([prefix]) => name.startsWith(prefix))?.[1];
  if (!check) return { name, passed: false, failure: 'no check is known for a fixture of this name' };
  try {
    const result = (await check(models, await readFixtureFile(folder, name), memory)).result();
    const tolerance = Math.max(leastTolerance, result.tolerance);
    return { name, passed: result.error <= tolerance, ...result, tolerance };
  } catch (error) {
    return { name, passed: false, failure: error instanceof Error ? error.message : String(error) };
  }
}
