/** @file What tells a job from others of the same title, in words. */
import type { ApiJob } from '../../api/job-api.ts';
import { settingTitle } from '../../api/setting-title.ts';
import { valueWords } from './made-by-words.ts';

/** Most settings that are named. */
const mostNamed = 3;

/** The seed of what is drawn, and settings in which a job differs from others of its kind and title. */
export function whatDiffers(job: ApiJob, jobs: readonly ApiJob[]): string[] {
  const { kind, title, settings } = job;
  const alike = jobs.filter((other) => other.kind === kind && other.title === title);
  const names = new Set(alike.flatMap((other) => Object.keys(other.settings)));
  const isOther = (name: string) =>
    alike.some((other) => JSON.stringify(other.settings[name]) !== JSON.stringify(settings[name]));
  const differing = [...names].filter((name) => name !== 'seed' && name !== 'prompt' && isOther(name));
  const seed = settings.seed !== undefined && (kind !== 'learn' || isOther('seed')) ? ['seed'] : [];
  return [...seed, ...differing].slice(0, mostNamed).map((name) => {
    const words = settingTitle(name);
    return `${words.charAt(0).toLowerCase()}${words.slice(1)} ${valueWords(settings[name]) || 'as usual'}`;
  });
}
