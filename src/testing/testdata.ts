/** @file Finds the repository's `testdata/`, wherever tests are started from. */

import { fileURLToPath } from 'node:url';
import { type Fixture, readFixtureFile } from './fixture.ts';

/** The absolute path of a file or folder in the repository's `testdata/`, such as `testdata('mini/tiny-sd/unet')`. */
export function testdata(relative: string): string {
  return fileURLToPath(new URL(`../../testdata/${relative}`, import.meta.url));
}

/**
 * Reads the fixture `testdata/<set>/<name>.safetensors` and its `.json`, for example `readFixture('mini', 'adain')`.
 * Throws `CheckpointError` if it is missing or damaged.
 */
export function readFixture(set: string, name: string): Promise<Fixture> {
  return readFixtureFile(testdata(set), name);
}
