/** @file `npm run parity -- <folder>`: compares everything with a folder of the reference implementation's numbers. */
import { LampError } from '../src/errors.ts';
import { checkFixture, listFixtures } from '../src/testing/parity/index.ts';

const folder = process.argv[2] ?? 'testdata/mini';
try {
  const names = await listFixtures(folder);
  let failed = 0;
  for (const name of names) {
    const row = await checkFixture(folder, name);
    if (!row.passed) failed++;
    const verdict = row.passed ? 'ok  ' : 'FAIL';
    const text =
      'failure' in row
        ? row.failure
        : `${row.error.toExponential(1)} (at most ${row.tolerance})  ${row.detail}`;
    console.log(`${verdict} ${name.padEnd(28)} ${text}`);
  }
  console.log(`${names.length - failed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
} catch (error) {
  if (!(error instanceof LampError)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}
