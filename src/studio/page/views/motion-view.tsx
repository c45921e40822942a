/** @file A motion and its training: how it goes, what it looks like so far, and what can be done. */
import { useState } from 'react';
import type { ApiMotionDetail } from '../../api/motion-api.ts';
import { ask } from '../core/api-client.ts';
import { outdate, useAnswer, useProgress } from '../core/studio-state.ts';
import { useMetrics } from '../core/use-metrics.ts';
import { goTo } from '../core/use-route.ts';
import { Button, ButtonLink } from '../parts/button.tsx';
import { CheckpointList } from '../parts/checkpoint-list.tsx';
import { CommandBox } from '../parts/command-box.tsx';
import { EditableTitle } from '../parts/editable-title.tsx';
import { Log } from '../parts/job-details.tsx';
import { LearnLonger } from '../parts/learn-longer.tsx';
import { LearnedClips } from '../parts/learned-clips.tsx';
import { LossChart } from '../parts/loss-chart.tsx';
import { MotionFacts } from '../parts/motion-facts.tsx';
import { MotionMenu } from '../parts/motion-menu.tsx';
import { Note, ProblemNote } from '../parts/problem.tsx';
import { SampleStrip } from '../parts/sample-strip.tsx';
import { SampleWishes } from '../parts/sample-wishes.tsx';
import { TrainingProgress } from '../parts/training-progress.tsx';
import { Shown, View } from '../parts/view.tsx';

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
          Continue
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
  const { curve, loading } = useMetrics(
    id,
    kind === 'run' ? `${progress?.done} ${state} ${motion.steps} ${motion.changed}` : '',
  );
  const open = state === 'learning' || state === 'waiting';
  return (
    <>
      {problem && <ProblemNote problem={problem} />}
      {state === 'stopped' && (
        <Note
          text={`The training stopped at step ${motion.steps ?? 0} of ${motion.wantedSteps ?? '?'}. Nothing is lost: it continues from its last checkpoint.`}
        />
      )}
      <div className="columns">
        <div className="stack">
          {open && <TrainingProgress motion={motion} progress={progress} />}
          {kind === 'run' && state !== 'damaged' && (
            <section className="panel" aria-labelledby="loss">
              <h2 id="loss">Loss</h2>
              <LossChart curves={[{ name: 'smoothed', curve }]} loading={loading} />
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
              {state === 'learning' && <SampleWishes id={id} every={sampleEveryOf(motion)} />}
            </section>
          )}
          {motion.clips.length > 0 && <LearnedClips motion={motion} />}
        </div>
        <div className="stack">
          <MotionFacts motion={motion} />
          {kind === 'run' && !open && state !== 'damaged' && <LearnLonger motion={motion} />}
          {checkpoints.length > 0 && <CheckpointList motion={motion} />}
          {command && <CommandBox command={command} />}
          {motion.job !== undefined && <MotionLog id={id} />}
        </div>
      </div>
    </>
  );
}

/** Steps between samples; 0: none are made by themselves. */
function sampleEveryOf({ settings }: ApiMotionDetail): number {
  return typeof settings.sampleEvery === 'number' ? settings.sampleEvery : 0;
}

function samplesComing(motion: ApiMotionDetail): string {
  const [{ state, steps = 0 }, every] = [motion, sampleEveryOf(motion)];
  if (every > 0) return `The next sample is made after step ${(Math.floor(steps / every) + 1) * every}.`;
  if (state === 'learning') return 'There are none yet. This training makes samples only on request.';
  return 'This training made no samples. Set “Sample every” to see what a training has learned while it runs.';
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
