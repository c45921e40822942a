/** @file What tells a job from others of the same title, in words. */
import type { MotionState } from '../../api/form-api.ts';
import type { ApiJob } from '../../api/job-api.ts';
import { settingTitle } from '../../api/setting-title.ts';
import { valueWords } from './made-by-words.ts';
import { countOf } from './wording.ts';

/** Most settings that are named. */
const mostNamed = 3;

/** The name of a motion or a picture, if it is known. */
export type NameOf = (id: string) => string | undefined;

/**
 * What a job is made of and the settings in which it differs from others of its kind and title, and the seed of what is
 * drawn.
 */
export function whatDiffers(
  job: ApiJob,
  jobs: readonly ApiJob[],
  nameOf: NameOf = () => undefined,
): string[] {
  const { kind, title, settings } = job;
  const alike = jobs.filter((other) => other.kind === kind && other.title === title);
  const names = new Set(alike.flatMap((other) => Object.keys(other.settings)));
  const isOther = (name: string) => alike.some((other) => !same(other.settings[name], settings[name]));
  const differing = [...names].filter((name) => name !== 'seed' && name !== 'prompt' && isOther(name));
  const seed = settings.seed !== undefined && (kind !== 'learn' || isOther('seed')) ? ['seed'] : [];
  const made = materials
    .filter((name) => alike.some((other) => !same(materialOf(other, name), materialOf(job, name))))
    .map((name) => materialWords(name, materialOf(job, name), nameOf));
  const set = [...seed, ...differing].map((name) => {
    const words = settingTitle(name);
    return `${words.charAt(0).toLowerCase()}${words.slice(1)} ${valueWords(settings[name]) || 'as usual'}`;
  });
  return [...made, ...set].slice(0, mostNamed);
}

/** What forms name by identifiers. */
const materials = [
  'motions',
  'motion',
  'startFrom',
  'clips',
  'clip',
  'picture',
  'firstFrame',
  'from',
] as const;
type Material = (typeof materials)[number];

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

function materialOf({ form }: ApiJob, name: Material): unknown {
  return (form as Readonly<Record<string, unknown>> | undefined)?.[name];
}

function materialWords(name: Material, value: unknown, nameOf: NameOf): string {
  const motionWords = ({
    motion,
    checkpoint,
    strength = 1,
  }: Partial<MotionState> & { strength?: number }) => {
    const words = (motion === undefined ? undefined : nameOf(motion)) ?? 'one that is no longer here';
    const state = checkpoint === undefined ? '' : ', at a checkpoint';
    return `${words}${strength === 1 ? '' : ` (${Math.round(100 * strength)} %)`}${state}`;
  };
  switch (name) {
    case 'motions':
      return `motion ${((value ?? []) as MotionState[]).map(motionWords).join(' and ')}`;
    case 'motion':
      return value === undefined ? 'learned from the clip' : `motion ${motionWords(value as MotionState)}`;
    case 'startFrom':
      return value === undefined ? 'from the base alone' : `begins with ${motionWords(value as MotionState)}`;
    case 'clips':
      return countOf((value as readonly unknown[] | undefined)?.length ?? 0, 'clip');
    case 'clip':
      return 'another clip';
    default: {
      const words = value === undefined ? undefined : (nameOf(String(value)) ?? 'one that is no longer here');
      return `${name === 'firstFrame' ? 'first frame' : 'picture'} ${words ?? 'drawn'}`;
    }
  }
}
