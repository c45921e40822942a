/** @file A motion and its training: how it goes, what it looks like so far, and what can be done. */
import { useId, useState } from 'react';
import { duration } from '../../../duration.ts';
import type { ApiMotionDetail } from '../../api/motion-api.ts';
import { addressOf } from '../../api/routes.ts';
import { ask } from '../core/api-client.ts';
import { tell, tellDeleted } from '../core/messages.ts';
import { outdate, useAnswer, useProgress } from '../core/studio-state.ts';
import { useMetrics } from '../core/use-metrics.ts';
import { goTo } from '../core/use-route.ts';
import {
  countOf,
  doneWords,
  sentence,
  settingTitle,
  shareOf,
  sizeOf,
  speedOf,
  stageWords,
  timeAgo,
} from '../core/wording.ts';
import { Button, ButtonLink } from '../parts/button.tsx';
import { CommandBox } from '../parts/command-box.tsx';
import { EditableTitle } from '../parts/editable-title.tsx';
import { Log } from '../parts/job-details.tsx';
import { LossChart } from '../parts/loss-chart.tsx';
import { Note, ProblemNote } from '../parts/problem.tsx';
import { ProgressBar } from '../parts/progress-bar.tsx';
import { SampleStrip } from '../parts/sample-strip.tsx';
import { Shown, View } from '../parts/view.tsx';
import { MotionMenu, motionStateWords } from './motions-view.tsx';

/** The view of one motion. */
export function MotionView({ id }: { readonly id: string }) {
  const answered = useAnswer('motion', { ids: { id } });
  const { data } = answered;
  const rename = async (title: string) => {
    await ask('renameMotion', { ids: { id }, body: { title } });
    outdate('motions');
  };
  return (
    <View
      title={data?.title ?? 'Motion'}
      heading={data && <EditableTitle title={data.title} onChange={rename} />}
      back={{ href: '#/motions', label: 'Motions' }}
      lead={data?.prompt && data.prompt !== data.title ? data.prompt : undefined}
      actions={data && <Actions motion={data} />}
    >
      <Shown answered={answered}>{(motion) => <Training motion={motion} />}</Shown>
    </View>
  );
}

const act = async (work: Promise<unknown>) => {
  await work;
  outdate('motions', 'jobs');
};

function Actions({ motion }: { readonly motion: ApiMotionDetail }) {
  const { id, state, usable } = motion;
  const ids = { id };
  return (
    <>
      {state === 'learning' && (
        <Button icon="stop" onClick={() => act(ask('stopTraining', { ids, body: {} }))}>
          Stop
        </Button>
      )}
      {state === 'stopped' && (
        <Button look="main" icon="play" onClick={() => act(ask('goOnTraining', { ids, body: {} }))}>
          Go on
        </Button>
      )}
      {usable && (
        <ButtonLink
          {...(state === 'stopped' ? {} : { look: 'main' as const })}
          icon="video"
          href={`#/new/video?motion=${id}`}
        >
          Make a video
        </ButtonLink>
      )}
      <MotionMenu motion={motion} after={() => goTo(['motions'])} />
    </>
  );
}

function Training({ motion }: { readonly motion: ApiMotionDetail }) {
  const { id, kind, state, problem, samples, checkpoints, command } = motion;
  const live = useProgress(motion.job);
  const progress = state === 'learning' ? (live ?? motion.progress) : undefined;
  const { curve } = useMetrics(
    id,
    kind === 'run' ? `${progress?.done} ${state} ${motion.steps} ${motion.changed}` : '',
  );
  const open = state === 'learning' || state === 'waiting';
  return (
    <>
      {problem && <ProblemNote problem={problem} />}
      {state === 'stopped' && (
        <Note
          text={`The training stopped at step ${motion.steps ?? 0} of ${motion.wantedSteps ?? '?'}. Nothing is lost: it goes on from its last checkpoint.`}
        />
      )}
      <div className="columns">
        <div className="stack">
          {open && <Progressing motion={motion} progress={progress} />}
          {kind === 'run' && state !== 'damaged' && (
            <section className="panel" aria-labelledby="loss">
              <h2 id="loss">Loss</h2>
              <LossChart curves={[{ name: 'smoothed', curve }]} />
            </section>
          )}
          {kind === 'run' && state !== 'damaged' && (
            <section className="panel" aria-labelledby="samples">
              <h2 id="samples">Samples</h2>
              {samples.length > 0 ? (
                <SampleStrip samples={samples} />
              ) : (
                <p className="quiet">{samplesComing(motion)}</p>
              )}
              {state === 'learning' && <SampleWishes id={id} />}
            </section>
          )}
          {motion.clips.length > 0 && <Clips motion={motion} />}
        </div>
        <div className="stack">
          <Facts motion={motion} />
          {kind === 'run' && !open && state !== 'damaged' && <MoreSteps motion={motion} />}
          {checkpoints.length > 0 && <Checkpoints motion={motion} />}
          {command && <CommandBox command={command} />}
          {motion.job !== undefined && <MotionLog id={id} />}
        </div>
      </div>
    </>
  );
}

/** Samples that are made after the step that is being taken. */
function SampleWishes({ id }: { readonly id: string }) {
  const input = useId();
  const [prompt, setPrompt] = useState('');
  const wish = async (body: { readonly sampleNow?: true; readonly samplePrompt?: string }, text: string) => {
    await ask('wishOfTraining', { ids: { id }, body });
    tell({ text });
  };
  return (
    <div className="field">
      <label htmlFor={input}>Sample another prompt, from now on</label>
      <span className="input-unit">
        <input
          id={input}
          className="input"
          placeholder="a fox runs in the snow"
          value={prompt}
          onChange={(event) => setPrompt(event.target.value)}
        />
        <Button
          disabled={prompt.trim() === ''}
          onClick={async () => {
            await wish({ samplePrompt: prompt.trim() }, 'It is sampled from the next samples on.');
            setPrompt('');
          }}
        >
          Add it
        </Button>
        <Button onClick={() => wish({ sampleNow: true }, 'Samples are made after this step.')}>
          Sample now
        </Button>
      </span>
    </div>
  );
}

function samplesComing({ settings, steps = 0 }: ApiMotionDetail): string {
  const every = typeof settings.sampleEvery === 'number' ? settings.sampleEvery : 0;
  if (every > 0) return `The next sample is made after step ${(Math.floor(steps / every) + 1) * every}.`;
  return 'This training makes no samples. The setting “Sample every” has them made while it learns, so that you see what it has learned.';
}

function Progressing({
  motion,
  progress,
}: {
  readonly motion: ApiMotionDetail;
  readonly progress: ApiMotionDetail['progress'];
}) {
  if (motion.state === 'waiting') {
    return (
      <section className="panel">
        <p>
          It waits for its turn. <a href="#/queue">See the queue</a>
        </p>
      </section>
    );
  }
  const { stage = '', done = 0, total = 0, secondsPerStep, secondsLeft, memory } = progress ?? {};
  const preview = stage === 'training' ? undefined : progress?.preview;
  const facts: [string, string][] = [
    [stage === 'training' ? 'Step' : 'Done', doneWords({ stage, done, total }) || '–'],
    ['Left', secondsLeft === undefined ? '–' : duration(secondsLeft)],
    ['Speed', secondsPerStep === undefined ? '–' : speedOf(secondsPerStep)],
    ['Memory', memory === undefined ? '–' : sizeOf(memory)],
  ];
  return (
    <section className="panel" aria-label="Progress">
      <div className="panel-head">
        <h2>{stageWords(stage || undefined)}</h2>
        {total > 0 && <strong>{Math.floor((done / total) * 100)} %</strong>}
      </div>
      <ProgressBar share={shareOf(progress)} label="Training" />
      {preview && <img className="growing" src={preview} alt="What the sample looks like so far" />}
      <dl className="numbers">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Facts({ motion }: { readonly motion: ApiMotionDetail }) {
  const { base, width, height, frames, framesPerSecond, steps, wantedSteps, disk, made, settings } = motion;
  const rows: [string, string | undefined][] = [
    ['State', sentence(motionStateWords[motion.state])],
    [
      'Steps',
      steps === undefined
        ? undefined
        : `${steps}${wantedSteps && wantedSteps !== steps ? ` of ${wantedSteps}` : ''}`,
    ],
    ['Base', base],
    ['Videos', width && height ? `${width} × ${height}, ${countOf(frames ?? 0, 'frame')}` : undefined],
    [
      'Frames per second',
      framesPerSecond === undefined ? undefined : String(Math.round(framesPerSecond * 100) / 100),
    ],
    ['Motion file', motion.bytes === undefined ? undefined : sizeOf(motion.bytes)],
    [
      'On the disk',
      `${sizeOf(disk.whole)}${motion.state === 'done' && disk.leftovers > 0 ? `, of it ${sizeOf(disk.leftovers)} can be tidied up` : ''}`,
    ],
    ['Begun', made === undefined ? undefined : timeAgo(made)],
  ];
  const others = Object.entries(settings).filter(([, value]) => typeof value !== 'object');
  return (
    <section className="panel" aria-labelledby="facts">
      <h2 id="facts">About</h2>
      <dl className="about">
        {rows.map(
          ([name, value]) =>
            value !== undefined && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
      {others.length > 0 && (
        <details className="details">
          <summary>All settings</summary>
          <dl className="about">
            {others.map(([name, value]) => (
              <div key={name}>
                <dt>{settingTitle(name)}</dt>
                <dd>{typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value)}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </section>
  );
}

function MoreSteps({ motion }: { readonly motion: ApiMotionDetail }) {
  const input = useId();
  const [more, setMore] = useState('200');
  const count = Number(more);
  const isCount = Number.isInteger(count) && count > 0;
  const to = Math.max(motion.steps ?? 0, motion.state === 'done' ? (motion.wantedSteps ?? 0) : 0) + count;
  return (
    <section className="panel" aria-labelledby="more">
      <h2 id="more">Learn longer</h2>
      <p className="quiet">It goes on from its last step, as if it had never ended.</p>
      <div className="actions">
        <label className="hidden" htmlFor={input}>
          How many more steps
        </label>
        <span className="input-unit">
          <input
            id={input}
            className="input input-short"
            inputMode="numeric"
            value={more}
            onChange={(event) => setMore(event.target.value)}
          />
          <span className="quiet">steps</span>
        </span>
        <Button
          icon="play"
          disabled={!isCount}
          onClick={async () => {
            await act(ask('goOnTraining', { ids: { id: motion.id }, body: { steps: to } }));
            tell({ text: `It learns on, to step ${to}.` });
          }}
        >
          {isCount ? `${count} more steps` : 'More steps'}
        </Button>
      </div>
    </section>
  );
}

function Checkpoints({ motion }: { readonly motion: ApiMotionDetail }) {
  const rests = motion.state !== 'learning';
  const latest = Math.max(...motion.checkpoints.map(({ step }) => step));
  return (
    <section className="panel" aria-labelledby="checkpoints">
      <h2 id="checkpoints">Checkpoints</h2>
      <ul className="rows">
        {[...motion.checkpoints]
          .sort((a, b) => b.step - a.step)
          .map(({ id, step, bytes, made, usable }) => (
            <li key={id}>
              <div className="row-text">
                <strong>Step {step}</strong>
                <span className="quiet">
                  {sizeOf(bytes)}, {timeAgo(made)}
                </span>
              </div>
              {usable && (
                <ButtonLink
                  look="plain"
                  icon="video"
                  label={`Make a video with the checkpoint of step ${step}`}
                  href={`#/new/video?motion=${motion.id}&checkpoint=${id}`}
                />
              )}
              {usable && (
                <ButtonLink
                  look="plain"
                  icon="motion"
                  label={`Teach a motion that begins with the checkpoint of step ${step}`}
                  href={`#/new/motion?start=${motion.id}&checkpoint=${id}`}
                />
              )}
              {usable && (
                <ButtonLink
                  look="plain"
                  icon="download"
                  download
                  label={`Download the checkpoint of step ${step}`}
                  href={addressOf('checkpointFile', { id: motion.id, checkpoint: id })}
                />
              )}
              {rests && step < latest && (
                <Button
                  onClick={async () => {
                    const { trash, title } = await ask('rollBackTraining', {
                      ids: { id: motion.id },
                      body: { checkpoint: id },
                    });
                    outdate('motions', 'trash');
                    tellDeleted(title, trash);
                  }}
                >
                  Go back to it
                </Button>
              )}
            </li>
          ))}
      </ul>
    </section>
  );
}

function Clips({ motion }: { readonly motion: ApiMotionDetail }) {
  const heldOut = motion.clips.filter((clip) => clip.heldOut);
  return (
    <section className="panel" aria-labelledby="learned">
      <h2 id="learned">Learned from {countOf(motion.clips.length - heldOut.length, 'clip')}</h2>
      <ClipNames clips={motion.clips.filter((clip) => !clip.heldOut)} />
      {heldOut.length > 0 && (
        <>
          <h3>Held out</h3>
          <ClipNames clips={heldOut} />
        </>
      )}
    </section>
  );
}

function ClipNames({ clips }: { readonly clips: ApiMotionDetail['clips'] }) {
  return (
    <ul className="facts learned">
      {clips.map(({ name, caption }) => (
        <li key={name}>
          {name}
          {caption && <span className="quiet"> – {caption}</span>}
        </li>
      ))}
    </ul>
  );
}

function MotionLog({ id }: { readonly id: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details className="details" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Log</summary>
      {open && <OpenLog id={id} />}
    </details>
  );
}

function OpenLog({ id }: { readonly id: string }) {
  return <Log answered={useAnswer('motionLog', { ids: { id } })} />;
}
