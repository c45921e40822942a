/** @file What a form would do, asked while somebody fills it in: the equal command, and what it takes. */
import { useEffect, useState } from 'react';
import type { Estimate, GivenForm } from '../../api/form-api.ts';
import type { Problem } from '../../api/problem-api.ts';
import { ask, problemOf } from './api-client.ts';

/** What is known of a form. */
export interface FormCheck {
  readonly command?: string;
  readonly estimate?: Estimate;
  /** What was refused about the form itself. */
  readonly problem?: Problem;
  /** Whether the estimate is being made. */
  readonly checking: boolean;
}

/** Milliseconds without a change, before the command and the estimate are asked for. */
const pauses = { command: 150, estimate: 600 };

/** Asks again after each change; `undefined` is a form that lacks too much to be asked about. */
export function useFormCheck(form: GivenForm | undefined): FormCheck {
  const [check, setCheck] = useState<FormCheck>({ checking: false });
  const key = form === undefined ? '' : JSON.stringify(form);
  useEffect(() => {
    if (key === '') {
      setCheck({ checking: false });
      return;
    }
    const asked = JSON.parse(key) as GivenForm;
    const away = new AbortController();
    const { signal } = away;
    const question = { body: { form: asked }, signal };
    const fail = (error: unknown) => {
      if (!signal.aborted) setCheck({ problem: problemOf(error), checking: false });
    };
    setCheck((before) => ({ ...before, checking: true }));
    const timers = [
      setTimeout(
        () =>
          ask('command', question).then(({ command }) => {
            if (!signal.aborted) setCheck((before) => ({ ...without(before), command }));
          }, fail),
        pauses.command,
      ),
      setTimeout(
        () =>
          ask('estimate', question).then((estimate) => {
            if (!signal.aborted) setCheck((before) => ({ ...without(before), estimate, checking: false }));
          }, fail),
        pauses.estimate,
      ),
    ];
    return () => {
      away.abort();
      timers.forEach(clearTimeout);
    };
  }, [key]);
  return check;
}

function without({ problem: _, ...check }: FormCheck): FormCheck {
  return check;
}
