/** @file The states of a training that were kept: what can be made with each, and going back to it. */
import type { ApiMotionDetail } from '../../api/motion-api.ts';
import { addressOf } from '../../api/routes.ts';
import { ask } from '../core/api-client.ts';
import { tellDeleted } from '../core/messages.ts';
import { outdate } from '../core/studio-state.ts';
import { sizeOf, timeAgo } from '../core/wording.ts';
import { Button, ButtonLink } from './button.tsx';

/** The checkpoints, the latest first. */
export function CheckpointList({ motion }: { readonly motion: ApiMotionDetail }) {
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
                <span className="row-icons">
                  <ButtonLink
                    look="plain"
                    icon="video"
                    label={`Make a video with the checkpoint of step ${step}`}
                    href={`#/new/video?motion=${motion.id}&checkpoint=${id}`}
                  />
                  <ButtonLink
                    look="plain"
                    icon="motion"
                    label={`Teach a motion that begins with the checkpoint of step ${step}`}
                    href={`#/new/motion?start=${motion.id}&checkpoint=${id}`}
                  />
                  <ButtonLink
                    look="plain"
                    icon="download"
                    download
                    label={`Download the checkpoint of step ${step}`}
                    href={addressOf('checkpointFile', { id: motion.id, checkpoint: id })}
                  />
                </span>
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
