/** @file Chooses a motion, as it is or as it was at a checkpoint of its training. */
import { type ReactNode, useEffect, useId, useRef } from 'react';
import type { MotionState } from '../../api/form-api.ts';
import type { ApiMotion } from '../../api/motion-api.ts';
import { useAnswer } from '../core/studio-state.ts';
import { Field } from './field.tsx';

/** A field; `none` says what it means that no motion is chosen, `about` what one is for. Nothing where there is none. */
export function MotionStateField({
  label,
  none,
  about,
  value,
  onChange,
}: {
  readonly label: string;
  readonly none: string;
  readonly about: ReactNode;
  readonly value: MotionState | undefined;
  readonly onChange: (value: MotionState | undefined) => void;
}) {
  const id = useId();
  const { data } = useAnswer('motions');
  const all = data?.motions ?? [];
  const chosen = all.find((each) => each.id === value?.motion);
  const choices = all.filter((each) => each.usable || each === chosen);
  if (choices.length === 0 && !value) return null;
  return (
    <Field id={id} label={label} about={about}>
      <select
        id={id}
        className="input"
        value={value?.motion ?? ''}
        onChange={({ target }) => onChange(target.value === '' ? undefined : { motion: target.value })}
      >
        <option value="">{none}</option>
        {choices.map((each) => (
          <option key={each.id} value={each.id}>
            {each.title}
          </option>
        ))}
        {value && data && !chosen && <option value={value.motion}>A motion that is no longer here</option>}
      </select>
      {value && chosen?.kind === 'run' && (
        <CheckpointSelect
          motion={chosen}
          checkpoint={value.checkpoint}
          onChange={(checkpoint) => onChange(withCheckpoint(value, checkpoint))}
        />
      )}
    </Field>
  );
}

/** The same motion at another checkpoint; `undefined`: as it is. */
export function withCheckpoint<State extends MotionState>(
  { checkpoint: _, ...others }: State,
  checkpoint: string | undefined,
): Omit<State, 'checkpoint'> & MotionState {
  return { ...(others as Omit<State, 'checkpoint'> & MotionState), ...(checkpoint && { checkpoint }) };
}

/** Which state of a training is used: that of the motion file, or one that was kept. Nothing where there is no choice. */
export function CheckpointSelect({
  motion,
  checkpoint,
  onChange,
}: {
  readonly motion: ApiMotion;
  readonly checkpoint: string | undefined;
  readonly onChange: (checkpoint: string | undefined) => void;
}) {
  const { data } = useAnswer('motion', { ids: { id: motion.id } });
  const kept = data?.checkpoints.filter(({ usable }) => usable) ?? [];
  const isGone = checkpoint !== undefined && data && !kept.some(({ id }) => id === checkpoint);
  // A training that went back has no motion file until it learns on.
  const [latest] = kept;
  const instead = motion.usable || checkpoint !== undefined ? undefined : latest?.id;
  const choose = useRef(onChange);
  choose.current = onChange;
  useEffect(() => {
    if (instead !== undefined) choose.current(instead);
  }, [instead]);
  if (kept.length === 0 && checkpoint === undefined) return null;
  return (
    <select
      className="input"
      aria-label={`State of ${motion.title}`}
      value={checkpoint ?? ''}
      onChange={({ target }) => onChange(target.value === '' ? undefined : target.value)}
    >
      {motion.usable && (
        <option value="">
          {motion.state === 'done' ? 'As it was in the end' : 'As it is now'}
          {motion.steps !== undefined && motion.state === 'done' && `, step ${motion.steps}`}
        </option>
      )}
      {kept.map(({ id, step }) => (
        <option key={id} value={id}>
          As it was at step {step}
        </option>
      ))}
      {isGone && <option value={checkpoint}>A checkpoint that is no longer here</option>}
    </select>
  );
}
