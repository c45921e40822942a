/** @file Reads how a file was made: any that lamp made, from anywhere. */
import { useState } from 'react';
import type { GivenForm } from '../../api/form-api.ts';
import type { AnswerOf } from '../../api/routes.ts';
import { sendFile } from '../core/api-client.ts';
import { canChange, changeForm } from '../core/hand-over.ts';
import { attempt } from '../core/messages.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { DropZone } from './drop-zone.tsx';
import { MadeByFacts } from './made-by-facts.tsx';

/** A place to drop a file, and what it says of itself. */
export function MadeByDrop() {
  const [read, setRead] = useState<{ readonly name: string; readonly made: AnswerOf<'madeBy'> }>();
  const form = read?.made.form as GivenForm | undefined;
  return (
    <>
      <DropZone
        small
        label="Read a file’s settings"
        accept="video/*,image/*,.safetensors"
        several={false}
        onFiles={([brought]) => {
          if (!brought) return;
          const { file } = brought;
          attempt(
            sendFile('madeBy', file, { query: { name: file.name } }).then((made) =>
              setRead({ name: file.name, made }),
            ),
          );
        }}
      >
        <span className="quiet">
          Drop any video or picture that lamp made: the settings that made it are in the file.
        </span>
      </DropZone>
      {read && (
        <Dialog title={read.name} onClose={() => setRead(undefined)}>
          <div className="stack">
            <MadeByFacts made={read.made} />
            {canChange(form) && (
              <div className="actions">
                <Button look="main" onClick={() => changeForm(form)}>
                  Again, but…
                </Button>
              </div>
            )}
          </div>
        </Dialog>
      )}
    </>
  );
}
