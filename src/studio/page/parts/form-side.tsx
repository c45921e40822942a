/** @file Beside every form: what it takes on this machine, what to change, the equal command, and the button. */
import { duration } from '../../../duration.ts';
import type { Estimate, GivenForm, WorkForm } from '../../api/form-api.ts';
import type { ApiJob } from '../../api/job-api.ts';
import { ask } from '../core/api-client.ts';
import { tell } from '../core/messages.ts';
import type { SettingValues } from '../core/setting-values.ts';
import { outdate, useAnswer } from '../core/studio-state.ts';
import type { FormCheck } from '../core/use-form-check.ts';
import { goTo } from '../core/use-route.ts';
import { countOf, digits, sentence, sizeOf, timesOf } from '../core/wording.ts';
import { useWrongFields } from '../core/wrong-fields.ts';
import { Button } from './button.tsx';
import { CommandBox } from './command-box.tsx';
import { Note, ProblemNote } from './problem.tsx';
import { Waiting } from './view.tsx';

/** `forms` are what the button puts: none, as long as something is missing, which `missing` says. */
export function FormSide({
  check,
  forms,
  missing: lacking,
  label,
  job,
  onAdvice,
  onPut,
}: {
  readonly check: FormCheck;
  readonly forms: readonly GivenForm[];
  readonly missing: readonly string[];
  readonly label: string;
  /** A job that waits and is to be another, in the place of a new one. */
  readonly job?: string | undefined;
  readonly onAdvice: (settings: SettingValues) => void;
  readonly onPut: (jobs: readonly ApiJob[]) => void;
}) {
  const wrong = useWrongFields();
  const missing = [...lacking, ...(wrong.length > 0 ? [`Correct these settings: ${wrong.join(', ')}.`] : [])];
  const { data: queue } = useAnswer('jobs');
  const busy = queue?.jobs.some(({ state }) => state === 'running' || state === 'waiting') ?? false;
  const put = async (first: boolean) => {
    const { jobs } = await ask('putJobs', { body: { forms: [...forms], ...(first ? { first } : {}) } });
    outdate('jobs', 'motions');
    onPut(jobs);
  };
  const changeJob = async () => {
    const changed = await ask('changeJob', { ids: { id: job! }, body: { form: forms[0]! as WorkForm } });
    outdate('jobs');
    tell({ text: `“${changed.title}” was changed.` });
    goTo(['queue']);
  };
  const { estimate, problem, command, checking } = check;
  const problems = problem ? [problem] : (estimate?.problems ?? []);
  const ready = missing.length === 0 && forms.length > 0 && problems.length === 0;
  return (
    <aside className="form-side panel" aria-label="What it takes">
      {missing.length > 0 && (
        <div className="missing">
          <h2>Still to do</h2>
          <ul>
            {missing.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        </div>
      )}
      {missing.length === 0 && (
        <section className="stack" aria-label="Estimate" aria-busy={checking}>
          {estimate && <Amounts estimate={estimate} count={forms.length} />}
          {checking && <Waiting text={estimate ? 'Estimating again…' : 'Estimating…'} />}
          {problems.map((each) => (
            <ProblemNote key={each.message} problem={each} />
          ))}
          {estimate?.notices.map((each) => (
            <Note key={each} text={each} />
          ))}
          {estimate?.advice.map(({ message, settings }) => (
            <div key={message} className="note">
              <p>{sentence(message)}</p>
              {settings && <Button onClick={() => onAdvice(settings as SettingValues)}>Use this</Button>}
            </div>
          ))}
        </section>
      )}
      <div className="actions form-actions">
        {job === undefined ? (
          <Button look="main" disabled={!ready} onClick={() => put(false)}>
            {label}
          </Button>
        ) : (
          <Button look="main" disabled={!ready || forms.length > 1} onClick={changeJob}>
            Change what waits
          </Button>
        )}
        {ready && busy && job === undefined && <Button onClick={() => put(true)}>Run first</Button>}
      </div>
      {command !== undefined && <CommandBox command={command} count={forms.length} />}
    </aside>
  );
}

function Amounts({ estimate, count }: { readonly estimate: Estimate; readonly count: number }) {
  const { time, memory, disk, size, frames } = estimate;
  const times = time && timesOf(time.seconds + (time.samples?.seconds ?? 0), count);
  return (
    <>
      {time && times && (
        <div className="amount">
          <span className="amount-name">Time, about</span>
          <strong className="amount-value">{times.all}</strong>
          <span className="quiet">
            {count > 1 && `${count} × ${times.each}, each `}
            {time.steps} steps of {digits(time.secondsPerStep)} s
            {time.samples &&
              time.samples.videos > 0 &&
              `, and ${countOf(time.samples.videos, 'sample')} in ${duration(time.samples.seconds)}`}
          </span>
        </div>
      )}
      {memory && (
        <div className="amount">
          <span className="amount-name">Memory</span>
          <strong className={memory.fits ? 'amount-value' : 'amount-value amount-bad'}>
            {sizeOf(memory.needed)}
          </strong>
          <meter
            className="memory"
            aria-label="Memory needed, of this machine's"
            max={memory.whole}
            high={memory.free}
            value={Math.min(memory.needed, memory.whole)}
          />
          <span className="quiet">
            {memory.fits ? 'It fits' : 'It does not fit'}: {sizeOf(memory.free)} of {sizeOf(memory.whole)} are
            free
            {memory.mode && `, with “Memory: ${memory.mode}”`}
          </span>
        </div>
      )}
      <p className="facts">
        {size && (
          <span>
            {size.width} × {size.height} pixels
          </span>
        )}
        {frames !== undefined && <span>{frames} frames</span>}
        {disk !== undefined && <span>{sizeOf(disk * count)} on the disk</span>}
      </p>
    </>
  );
}
