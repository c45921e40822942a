/** @file Says in the title of the tab how far work is, and that it has ended to those who look elsewhere. */
import { useEffect, useRef } from 'react';
import type { ApiJob } from '../../api/job-api.ts';
import { tell } from '../core/messages.ts';
import { useAnswer, useProgress } from '../core/studio-state.ts';
import { shareOf } from '../core/wording.ts';
import { setWorkTitle } from './view.tsx';

/** Work that took less is not worth a notification. */
const worthTelling = 20_000;

/** Shows nothing itself. */
export function WorkWatch() {
  const { data } = useAnswer('jobs');
  const running = data?.jobs.find(({ state }) => state === 'running');
  const progress = useProgress(running?.id) ?? running?.progress;
  const share = shareOf(progress);
  const title = running ? (share === undefined ? '…' : `${Math.floor(share * 100)} %`) : '';
  useEffect(() => setWorkTitle(title), [title]);

  const before = useRef(new Set<string>());
  useEffect(() => {
    for (const job of data?.jobs ?? []) {
      if (before.current.has(job.id) && (job.state === 'done' || job.state === 'failed')) tellEnd(job);
    }
    const runs = data?.jobs.filter(({ state }) => state === 'running') ?? [];
    before.current = new Set(runs.map(({ id }) => id));
  }, [data]);
  return null;
}

function tellEnd({ title, state, begun, ended }: ApiJob): void {
  const text = state === 'done' ? `“${title}” is ready.` : `“${title}” failed.`;
  if (!document.hidden) {
    tell({ text });
    return;
  }
  const took = Date.parse(ended ?? '') - Date.parse(begun ?? '');
  if (took < worthTelling || typeof Notification === 'undefined') return;
  if (Notification.permission === 'granted')
    new Notification('lamp studio', { body: text, icon: './icon.svg' });
}
