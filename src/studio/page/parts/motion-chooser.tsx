/** @file Chooses motions, each with its strength. */
import { useId } from 'react';
import type { ApiMotion } from '../../api/motion-api.ts';
import { useAnswer } from '../core/studio-state.ts';
import type { ChosenMotion } from '../core/video-forms.ts';
import { Button } from './button.tsx';
import { CheckpointSelect, withCheckpoint } from './motion-state-field.tsx';
import { MovingPicture } from './moving-picture.tsx';

/** The chosen motions, and a list to choose more from. */
export function MotionChooser({
  chosen,
  onChange,
}: {
  readonly chosen: readonly ChosenMotion[];
  readonly onChange: (chosen: readonly ChosenMotion[]) => void;
}) {
  const id = useId();
  const { data } = useAnswer('motions');
  const all = data?.motions ?? [];
  const others = all.filter((each) => each.usable && !chosen.some(({ motion }) => motion === each.id));
  return (
    <div className="stack">
      {chosen.length > 0 && (
        <ul className="chosen-motions">
          {chosen.map((each) => (
            <ChosenRow
              key={each.motion}
              chosen={each}
              motion={all.find((motion) => motion.id === each.motion)}
              onChange={(next) => onChange(chosen.map((one) => (one.motion === each.motion ? next : one)))}
              onRemove={() => onChange(chosen.filter(({ motion }) => motion !== each.motion))}
            />
          ))}
        </ul>
      )}
      {data && others.length === 0 && chosen.length === 0 && (
        <p className="quiet">
          There is no motion to use yet. <a href="#/new/motion">Teach one</a>, or{' '}
          <a href="#/motions">import a motion file</a>.
        </p>
      )}
      {others.length > 0 && (
        <div className="field">
          <label htmlFor={id} className={chosen.length > 0 ? 'hidden' : undefined}>
            {chosen.length > 0 ? 'Add another motion' : 'Motion'}
          </label>
          <select
            id={id}
            className="input"
            value=""
            onChange={({ target }) => onChange([...chosen, { motion: target.value, strength: 1 }])}
          >
            <option value="">{chosen.length > 0 ? 'Add another motion…' : 'Choose a motion…'}</option>
            {others.map((each) => (
              <option key={each.id} value={each.id}>
                {each.title}
              </option>
            ))}
          </select>
        </div>
      )}
    </div>
  );
}

function ChosenRow({
  chosen,
  motion,
  onChange,
  onRemove,
}: {
  readonly chosen: ChosenMotion;
  readonly motion: ApiMotion | undefined;
  readonly onChange: (chosen: ChosenMotion) => void;
  readonly onRemove: () => void;
}) {
  const title = motion?.title ?? 'A motion that is no longer here';
  return (
    <li className="chosen-motion">
      <MovingPicture loop={motion?.preview} alt="" />
      <div className="row-text">
        <strong>{title}</strong>
        {motion?.kind === 'run' && (
          <CheckpointSelect
            motion={motion}
            checkpoint={chosen.checkpoint}
            onChange={(checkpoint) => onChange(withCheckpoint(chosen, checkpoint))}
          />
        )}
        <label className="slider">
          Strength
          <input
            type="range"
            min={0}
            max={1}
            step={0.05}
            value={chosen.strength}
            aria-label={`Strength of ${title}`}
            onChange={(event) => onChange({ ...chosen, strength: Number(event.target.value) })}
          />
          <span className="slider-value">{Math.round(chosen.strength * 100)} %</span>
        </label>
      </div>
      <Button look="plain" icon="close" label={`Leave out ${title}`} onClick={onRemove} />
    </li>
  );
}
