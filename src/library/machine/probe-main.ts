/** @file Runs the probe given on the command line with its arguments, and sends its answer to the parent process. */
import { packError } from '../packed-error.ts';
import { type ProbeAnswer, type Probes, probes } from './probes.ts';

const [name, ...given] = process.argv.slice(2) as [keyof Probes, ...string[]];
const probe = probes[name] as (...given: string[]) => Promise<unknown>;
const answer: ProbeAnswer = await probe(...given).then(
  (result) => ({ result }),
  (error: unknown) => ({ error: packError(error) }),
);
process.send?.(answer);
