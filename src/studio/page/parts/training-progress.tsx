/** @file How far a training is: its stage, speed, time left and memory. */
import { duration } from '../../../duration.ts';
import type { ApiMotionDetail } from '../../api/motion-api.ts';
import { doneWords, shareOf, sizeOf, speedOf, stageWords } from '../core/wording.ts';
import { ProgressBar } from './progress-bar.tsx';

/** Of a training that runs, or waits for its turn. */
export function TrainingProgress({
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
