/** @file The first frame of a video: drawn from the prompt, or pictures that were chosen. */
import { useState } from 'react';
import { addressOf } from '../../api/routes.ts';
import { Button } from './button.tsx';
import { PictureDialog } from './picture-dialog.tsx';

/** With `several` each picture makes a video of its own. */
export function FirstFrameField({
  chosen,
  several = false,
  drawn,
  prompt,
  base,
  onChange,
}: {
  readonly chosen: readonly string[];
  readonly several?: boolean;
  /** What is used where none is chosen, in words. */
  readonly drawn: string;
  readonly prompt: string;
  readonly base: string | undefined;
  readonly onChange: (chosen: readonly string[]) => void;
}) {
  const [open, setOpen] = useState(false);
  return (
    <fieldset className="field">
      <legend className="label">First frame</legend>
      <div className="first-frames">
        {chosen.map((id, i) => (
          <span key={id} className="first-frame">
            <img src={addressOf('pictureFile', { id, form: 'small' })} alt={`First frame ${i + 1}`} />
            <Button
              look="plain"
              icon="close"
              label={`Leave out picture ${i + 1}`}
              onClick={() => onChange(chosen.filter((each) => each !== id))}
            />
          </span>
        ))}
        {chosen.length === 0 && <span className="quiet">{drawn}</span>}
        <Button icon="image" onClick={() => setOpen(true)}>
          {chosen.length > 0 ? 'Choose others' : 'Choose a picture'}
        </Button>
      </div>
      {several && chosen.length > 1 && (
        <p className="field-about">Each picture becomes the beginning of a video.</p>
      )}
      {open && (
        <PictureDialog {...{ chosen, several, prompt, base, onChange }} onClose={() => setOpen(false)} />
      )}
    </fieldset>
  );
}
