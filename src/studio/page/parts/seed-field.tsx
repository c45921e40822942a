/** @file The seed: the number that chance begins with. The same seed makes the same video again. */
import { useId } from 'react';
import { randomSeed } from '../core/video-forms.ts';
import { Button } from './button.tsx';
import { Field } from './field.tsx';

/** A number, a dice, and a lock that keeps it for the next video. */
export function SeedField({
  seed,
  keep,
  onChange,
}: {
  readonly seed: number;
  readonly keep: boolean;
  readonly onChange: (seed: number, keep: boolean) => void;
}) {
  const id = useId();
  return (
    <Field id={id} label="Seed">
      <span className="input-unit">
        <input
          id={id}
          className="input"
          type="number"
          step={1}
          value={seed}
          onChange={(event) => {
            const value = event.target.valueAsNumber;
            if (Number.isSafeInteger(value)) onChange(value, true);
          }}
        />
        <Button icon="dice" label="Another seed" onClick={() => onChange(randomSeed(), keep)} />
        <Button
          icon={keep ? 'lock' : 'unlock'}
          label={keep ? 'The seed stays for the next video' : 'Each video gets another seed'}
          pressed={keep}
          onClick={() => onChange(seed, !keep)}
        />
      </span>
    </Field>
  );
}
