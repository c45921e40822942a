/** @file What forms would do, asked while somebody fills them in: the equal commands, and what the first takes. */
import { useEffect, useState } from 'react';
import type { Estimate, GivenForm } from '../../api/form-api.ts';
import type { Problem } from '../../api/problem-api.ts';
import { ask, problemOf } from './api-client.ts';

/** What is known of forms. */
export interface FormCheck {
  /** One command a form, each in a line. */
  readonly command?: string;
  /** Of the first: the others differ in what costs nothing. */
  readonly estimate?: Estimate;
  /** What was refused about a form itself. */
  readonly problem?: Problem;
  /** Whether the estimate is being made. */
  readonly checking: boolean;
}

/** Milliseconds without a change, before the commands and the estimate are asked for. */
const pauses = { command: 150, estimate: 600 };

/** Asks again after each change; no forms are those that lack too much to be asked about. */
export function useFormCheck(forms: readonly GivenForm[]): FormCheck {
  const commands = useAsked(forms, pauses.command, (all, signal) =>
    ask('command', { body: { forms: all }, signal }),
  );
  const estimate = useAsked(forms.slice(0, 1), pauses.estimate, ([form], signal) =>
    ask('estimate', { body: { form: form! }, signal }),
  );
  const problem = estimate.problem ?? commands.problem;
  return {
    checking: estimate.asking,
    ...(commands.answer && { command: commands.answer.command }),
    ...(estimate.answer && { estimate: estimate.answer }),
    ...(problem && { problem }),
  };
}

interface Asked<T> {
  readonly answer?: T;
  readonly problem?: Problem;
  readonly asking: boolean;
}

/** Asks about forms whenever they are others, after a pause; the last answer stays until there is the next one. */
function useAsked<T>(
  forms: readonly GivenForm[],
  pause: number,
  question: (forms: GivenForm[], signal: AbortSignal) => Promise<T>,
): Asked<T> {
  const [asked, setAsked] = useState<Asked<T>>({ asking: false });
  const key = JSON.stringify(forms);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says all that is asked
  useEffect(() => {
    const about = JSON.parse(key) as GivenForm[];
    if (about.length === 0) {
      setAsked({ asking: false });
      return;
    }
    const away = new AbortController();
    const { signal } = away;
    const take = (next: Asked<T>) => {
      if (!signal.aborted) setAsked(next);
    };
    setAsked((before) => ({ ...before, asking: true }));
    const timer = setTimeout(
      () =>
        question(about, signal).then(
          (answer) => take({ answer, asking: false }),
          (error: unknown) => take({ problem: problemOf(error), asking: false }),
        ),
      pause,
    );
    return () => {
      away.abort();
      clearTimeout(timer);
    };
  }, [key]);
  return asked;
}
