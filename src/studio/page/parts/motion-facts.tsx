/** @file What is known of a motion: its state, shape, sizes and settings. */
import type { ApiMotionDetail } from '../../api/motion-api.ts';
import { settingTitle } from '../../api/setting-title.ts';
import { countOf, motionStateWords, sentence, sizeOf, timeAgo } from '../core/wording.ts';

/** The facts. */
export function MotionFacts({ motion }: { readonly motion: ApiMotionDetail }) {
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
