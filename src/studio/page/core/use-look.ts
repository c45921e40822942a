/** @file What a training would see of clips: asked whenever the clips or the settings of seeing are others. */
import { useEffect, useState } from 'react';
import type { ClipPart, LookAnswer } from '../../api/clip-api.ts';
import type { Problem } from '../../api/problem-api.ts';
import { ask, problemOf } from './api-client.ts';
import type { SettingValues } from './setting-values.ts';

/** What was found, as far as it is known. */
export interface Look {
  readonly answer?: LookAnswer;
  readonly problem?: Problem;
  readonly looking: boolean;
}

/** Milliseconds without a change, before it is asked. */
const pause = 300;

/** Looks at clips, or at `parts` of them. The former answer stays until there is another one. */
export function useLook(
  clips: readonly string[],
  settings: SettingValues,
  parts: Readonly<Record<string, ClipPart>> = {},
): Look {
  const [look, setLook] = useState<Look>({ looking: false });
  const key = clips.length === 0 ? '' : JSON.stringify({ clips, settings, parts });
  useEffect(() => {
    if (key === '') {
      setLook({ looking: false });
      return;
    }
    const away = new AbortController();
    setLook((before) => ({ ...before, looking: true }));
    const timer = setTimeout(() => {
      ask('lookAtClips', { body: JSON.parse(key), signal: away.signal }).then(
        (answer) => setLook({ answer, looking: false }),
        (error: unknown) => {
          if (away.signal.aborted) return;
          setLook((before) => ({ ...before, problem: problemOf(error), looking: false }));
        },
      );
    }, pause);
    return () => {
      clearTimeout(timer);
      away.abort();
    };
  }, [key]);
  return look;
}
