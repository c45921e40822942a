/** @file Where teaching begins: clips are dropped, or some are taken that are here. */
import type { BroughtFile } from '../core/dropped-files.ts';
import type { ClipSet } from '../core/learn-draft.ts';
import { countOf } from '../core/wording.ts';
import { Button } from './button.tsx';
import { DropZone } from './drop-zone.tsx';

/** Kinds of files that clips come in, and their captions. */
export const clipFiles = 'video/*,image/gif,image/webp,image/png,image/jpeg,.mkv,.mov,.txt,.tsv,.jsonl';

/** The choice. */
export function ChooseClips({
  sets,
  onTake,
  onFiles,
}: {
  readonly sets: readonly ClipSet[];
  readonly onTake: (set: string) => void;
  readonly onFiles: (files: BroughtFile[]) => void;
}) {
  const filled = sets.filter(({ clips }) => clips.length > 0);
  return (
    <div className="stack stack-wide">
      <DropZone label="Choose clips" accept={clipFiles} folders onFiles={onFiles}>
        <h2>Drop clips here</h2>
        <p className="empty-text">
          Videos, GIFs, or folders of numbered pictures: 5 to 20 of them, a second or two each, in which one
          thing moves in the same way.
        </p>
      </DropZone>
      {filled.length > 0 && (
        <section aria-labelledby="sets">
          <h2 id="sets">Or take clips that are here already</h2>
          <ul className="rows">
            {filled.map(({ id, title, clips }) => (
              <li key={id}>
                <div className="row-text">
                  <strong>{title}</strong>
                  <span className="quiet">{countOf(clips.length, 'clip')}</span>
                </div>
                <Button onClick={() => onTake(id)}>
                  Take them<span className="hidden"> {title}</span>
                </Button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
