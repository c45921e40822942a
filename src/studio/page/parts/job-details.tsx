/** @file What a job is in full: its command, and what it said. */
import { useState } from 'react';
import type { ApiJob } from '../../api/job-api.ts';
import { useAnswer } from '../core/studio-state.ts';
import { CommandBox } from './command-box.tsx';
import { Shown } from './view.tsx';

/** Folded away at first. */
export function JobDetails({ job }: { readonly job: ApiJob }) {
  const [open, setOpen] = useState(false);
  return (
    <details className="details" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Command and log</summary>
      {open && (
        <div className="stack">
          <CommandBox command={job.command} />
          <JobLog id={job.id} />
        </div>
      )}
    </details>
  );
}

function JobLog({ id }: { readonly id: string }) {
  return <Log answered={useAnswer('jobLog', { ids: { id } })} />;
}

/** Remarks and printed lines. */
export function Log({ answered }: { readonly answered: ReturnType<typeof useAnswer<'jobLog'>> }) {
  return (
    <Shown answered={answered}>
      {({ remarks, printed }) => (
        <>
          {remarks.length === 0 && printed === '' && <p className="quiet">It has said nothing.</p>}
          {remarks.length > 0 && (
            <ul className="log">
              {remarks.map(({ at, message }) => (
                <li key={`${at} ${message}`}>
                  <time dateTime={at}>{new Date(at).toLocaleTimeString('en-GB')}</time> {message}
                </li>
              ))}
            </ul>
          )}
          {printed !== '' && (
            <section aria-label="What the job printed">
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must be reached by keys */}
              <pre className="printed" tabIndex={0}>
                {printed}
              </pre>
            </section>
          )}
        </>
      )}
    </Shown>
  );
}
