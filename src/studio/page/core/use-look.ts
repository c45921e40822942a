/** @file What a training would see of clips: asked whenever the clips or the settings of seeing are others. */
import { useEffect, useState } from 'react';
import type { ClipPart, LookAnswer, LookTraining } from '../../api/clip-api.ts';
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

/**
 * Looks at clips, or at `parts` of them, as `training` will see them. The former answer stays until there is another
 * one.
 */
export function useLook(
  clips: readonly string[],
  settings: SettingValues,
  parts: Readonly<Record<string, ClipPart>> = {},
  training?: LookTraining,
): Look {
  const [look, setLook] = useState<Look>({ looking: false });
  const key = clips.length === 0 ? '' : JSON.stringify({ clips, settings, parts, training });
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

/**
 * Looks at the clips that a training learns from, and at `others` as it would see them: which clips are learned from
 * decides at which rate all are sampled.
 */
export function useLearningLook(
  learned: readonly string[],
  others: readonly string[],
  settings: SettingValues,
  parts: Readonly<Record<string, ClipPart>>,
  training: LookTraining,
): Look {
  const look = useLook(learned, settings, parts, training);
  const clipFps = look.answer?.clipFps ?? settings.clipFps;
  const beside = useLook(
    look.answer || learned.length === 0 ? others : [],
    { ...settings, ...(clipFps !== undefined && { clipFps }) },
    parts,
    training,
  );
  return withOthers(look, learned.length > 0, beside, others);
}

/** What was found about both; what concerns all together is that of those that are learned from. */
function withOthers(look: Look, learns: boolean, beside: Look, others: readonly string[]): Look {
  const looking = look.looking || beside.looking;
  const answer = learns ? look.answer : beside.answer;
  const problem = (learns ? look.problem : undefined) ?? beside.problem;
  if (!answer) return { looking, ...(problem && { problem }) };
  const of = <T extends { readonly clip: string }>(found: readonly T[] = []) =>
    found.filter(({ clip }) => others.includes(clip));
  return {
    looking,
    ...(problem && { problem }),
    answer: {
      ...answer,
      clips: [...answer.clips.filter(({ clip }) => !others.includes(clip)), ...of(beside.answer?.clips)],
      unreadable: [
        ...answer.unreadable.filter(({ clip }) => !others.includes(clip)),
        ...of(beside.answer?.unreadable),
      ],
    },
  };
}
