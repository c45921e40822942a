/** @file What was known before, as long as what is asked for now is not known. */
import { useRef } from 'react';
import type { Answered } from './answer-cache.ts';

/** The answer to the present question, or to the last one that was answered. */
export function useLast<T>(answered: Answered<T>): Answered<T> {
  const last = useRef<T>(undefined);
  if (answered.data !== undefined) last.current = answered.data;
  return answered.data === undefined && last.current !== undefined && !answered.problem
    ? { ...answered, data: last.current }
    : answered;
}
