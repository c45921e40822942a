/** @file Amounts, times and states in words. */
import { duration } from '../../../duration.ts';
import type { ApiJob, Progress } from '../../api/job-api.ts';
import type { ApiMotion } from '../../api/motion-api.ts';
import { settingTitle } from '../../api/setting-title.ts';

/** A number of things: `1 clip`, `3 clips`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** Bytes, as file managers of our time say them: `1.4 MB`. */
export function sizeOf(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  if (power === 0) return countOf(Math.round(bytes), 'byte');
  const value = bytes / 1000 ** power;
  return `${value >= 100 ? value.toFixed(0) : value.toPrecision(2)} ${units[power]}`;
}

/** How long ago something was, roughly. */
export function timeAgo(date: string, now = Date.now()): string {
  const seconds = Math.max(0, (now - Date.parse(date)) / 1000);
  if (!Number.isFinite(seconds)) return '';
  if (seconds < 60) return 'just now';
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  const days = Math.round(seconds / 86_400);
  if (days <= 7) return days === 1 ? 'yesterday' : `${days} days ago`;
  return new Date(date).toLocaleDateString('en', { day: 'numeric', month: 'short', year: 'numeric' });
}

/** About how long something takes: `a moment`, `about 40 s`, `about 3 min`, `about 1 h 20 min`. */
export function roughly(seconds: number): string {
  if (seconds < 1) return 'a moment';
  if (seconds < 90) return `about ${Math.round(seconds)} s`;
  if (seconds < 3600) return `about ${Math.round(seconds / 60)} min`;
  return `about ${duration(seconds)}`;
}

/** What a job takes, in words; `''` where nothing is known. */
export function costWords({ seconds, memory }: NonNullable<ApiJob['cost']>): string {
  const time = seconds === undefined ? [] : [roughly(seconds)];
  return [...time, ...(memory === undefined ? [] : [`${sizeOf(memory)} of memory`])].join(', ');
}

/** How long each of several takes and all together, so that what is shown of one, times their number, is the other. */
export function timesOf(each: number, count: number): { readonly each: string; readonly all: string } {
  const shown =
    each < 10 ? Number(each.toPrecision(2)) : each < 3600 ? Math.round(each) : 60 * Math.round(each / 60);
  const words = (seconds: number) =>
    seconds < 10 ? `${Number(seconds.toPrecision(2))} s` : duration(seconds);
  return { each: words(shown), all: shown * count < 1 ? 'a moment' : words(shown * count) };
}

/** Speed of steps: `3.2 steps per second`, or `4.1 s per step`. */
export function speedOf(secondsPerStep: number): string {
  if (!(secondsPerStep > 0)) return '–';
  return secondsPerStep < 1
    ? `${(1 / secondsPerStep).toPrecision(2)} steps per second`
    : `${secondsPerStep.toPrecision(2)} s per step`;
}

/** A small or large number with three digits. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value !== 0 && (Math.abs(value) < 0.001 || Math.abs(value) >= 100_000)) return value.toExponential(1);
  return String(Number(value.toPrecision(3)));
}

/** The share that is done, from 0 to 1. */
export function shareOf(progress: Pick<Progress, 'done' | 'total'> | undefined): number | undefined {
  if (!progress || !(progress.total > 0)) return undefined;
  return Math.min(1, Math.max(0, progress.done / progress.total));
}

/** How much is done, of how much: `3 of 8`; `120 MB of 3.4 GB` where a base is downloaded. */
export function doneWords({ stage, done, total }: Pick<Progress, 'stage' | 'done' | 'total'>): string {
  if (!(total > 0)) return '';
  // The library counts downloads in megabytes.
  return stage === 'downloading' ? `${sizeOf(done * 1e6)} of ${sizeOf(total * 1e6)}` : `${done} of ${total}`;
}

/** What is being done, in words. */
export function stageWords(stage: string | undefined): string {
  return stage === 'downloading' ? 'Downloading the base' : sentence(stage ?? 'beginning');
}

/** A text that begins with a capital. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What a kind of job does. */
export const jobKindWords: Readonly<Record<ApiJob['kind'], string>> = {
  learn: 'Motion',
  generate: 'Video',
  animate: 'Animated picture',
  edit: 'Edit',
  draw: 'Picture',
};

/** What has become of a motion. */
export const motionStateWords: Readonly<Record<ApiMotion['state'], string>> = {
  waiting: 'waiting',
  learning: 'training',
  stopped: 'stopped',
  done: 'trained',
  damaged: 'damaged',
};

/** What has become of a job. */
export const jobStateWords: Readonly<Record<ApiJob['state'], string>> = {
  waiting: 'waiting',
  held: 'on hold',
  running: 'running',
  stopped: 'stopped',
  failed: 'failed',
  done: 'done',
};

/** What the library says of settings: it names them as it calls them, the page by their titles. */
export function settingText(text: string): string {
  return text.replace(/"([a-z][A-Za-z]*)"/g, (_, name: string) => `“${settingTitle(name)}”`);
}
