/** @file The program of a process that looks at something: one question, one answer. */
import { packError } from '../../library/packed-error.ts';
import { lookCalls } from './look-calls.ts';
import type { LookMessage } from './looks.ts';

process.once('disconnect', () => process.exit());
process.once('message', async ({ name, given }: { name: keyof typeof lookCalls; given: never }) => {
  const call = lookCalls[name] as (given: never) => Promise<unknown>;
  const answer: LookMessage = await call(given).then(
    (result) => ({ result }),
    (error: unknown) => ({ error: packError(error) }),
  );
  process.send?.(answer);
});
