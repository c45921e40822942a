/** @file The metrics of a training, which grow while it runs. */
import { useEffect, useRef, useState } from 'react';
import type { Problem } from '../../api/problem-api.ts';
import { ask, problemOf } from './api-client.ts';
import { extended, type LossCurve, noCurve } from './loss-curve.ts';

/** Milliseconds between two questions. */
const pause = 1000;

/** Asks for what is new whenever `sign` is another one, at most once a second; nothing, as long as it is `''`. */
export function useMetrics(
  id: string,
  sign: unknown,
): { readonly curve: LossCurve; readonly problem?: Problem; readonly loading: boolean } {
  const [state, setState] = useState<ReturnType<typeof useMetrics>>({ curve: noCurve, loading: true });
  const known = useRef({ id, curve: noCurve, last: 0, busy: false });
  useEffect(() => {
    if (sign === '') return;
    if (known.current.id !== id) known.current = { id, curve: noCurve, last: 0, busy: false };
    const here = known.current;
    const load = async () => {
      if (here.busy) return;
      here.busy = true;
      here.last = Date.now();
      try {
        const metrics = await ask('metrics', { ids: { id }, query: { from: here.curve.to } });
        if (metrics.step.length > 0 || metrics.from !== here.curve.to) {
          here.curve = extended(here.curve, metrics);
        }
        if (known.current === here) setState({ curve: here.curve, loading: false });
      } catch (error) {
        if (known.current === here)
          setState({ curve: here.curve, problem: problemOf(error), loading: false });
      } finally {
        here.busy = false;
      }
    };
    const timer = setTimeout(load, Math.max(0, here.last + pause - Date.now()));
    return () => clearTimeout(timer);
  }, [id, sign]);
  return state;
}
