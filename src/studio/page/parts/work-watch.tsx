/** @file Says in the title of the tab how far work is, and that it has ended to those who look elsewhere. */
import { useEffect, useRef } from 'react';
import type { ApiJob } from '../../api/job-api.ts';
import { tell } from '../core/messages.ts';
import { useAnswer, useProgress } from '../core/studio-state.ts';
import { shareOf } from '../core/wording.ts';
import { hrefOfJob } from './running-work.tsx';
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

  const before = useRef(new Map<string, ApiJob>());
  useEffect(() => {
    for (const job of data?.jobs ?? []) {
      const ran = before.current.get(job.id);
      if (ran && (job.state === 'done' || job.state === 'failed')) tellEnd(job, ran.begun);
    }
    const runs = data?.jobs.filter(({ state }) => state === 'running') ?? [];
    before.current = new Map(runs.map((job) => [job.id, job]));
  }, [data]);
  return null;
}

function tellEnd(job: ApiJob, begun: string | undefined): void {
  const { id, title, state } = job;
  const text = state === 'done' ? `“${title}” is ready.` : `“${title}” failed.`;
  const open = () => {
    location.hash = hrefOfJob(job);
  };
  if (!document.hidden) {
    tell({ text, ...(location.hash !== hrefOfJob(job) && { action: { label: 'Open', do: open } }) });
    return;
  }
  const took = Date.now() - Date.parse(begun ?? '');
  if (took < worthTelling || typeof Notification === 'undefined') return;
  if (Notification.permission !== 'granted') return;
  // Of several tabs that tell of it, one is seen.
  const notification = new Notification('lamp studio', { body: text, icon: './icon.svg', tag: id });
  notification.onclick = () => {
    window.focus();
    open();
    notification.close();
  };
}
