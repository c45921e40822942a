/** @file A job whose folder cannot be read: why, and how old it is. */
import { type ApiDamagedJob, dateOfJob } from '../../api/job-api.ts';
import { timeAgo } from '../core/wording.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';
import { ProblemNote } from './problem.tsx';

/** One in the queue. */
export function DamagedJob({
  job: { id, problem },
  onRemove,
}: {
  readonly job: ApiDamagedJob;
  readonly onRemove: () => Promise<void>;
}) {
  const made = timeAgo(dateOfJob(id));
  return (
    <article className="job">
      <span className="job-preview">
        <Icon name="warning" />
      </span>
      <div className="job-text">
        <h3 className="job-title">
          A job that cannot be read
          <span className="facts">
            <span className="state state-damaged">damaged</span>
            <span>{made}</span>
          </span>
        </h3>
        <ProblemNote problem={problem} />
      </div>
      <div className="actions job-actions">
        <Button look="plain" icon="close" label={`Remove the damaged job, ${made}`} onClick={onRemove} />
      </div>
    </article>
  );
}
