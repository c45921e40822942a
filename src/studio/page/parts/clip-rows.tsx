/** @file Clips in rows: exactly the frames that a training will see of each, its caption, and what was noticed. */
import { useEffect, useState } from 'react';
import type { ApiClip, LookAnswer } from '../../api/clip-api.ts';
import { ask, problemOf } from '../core/api-client.ts';
import { tell, tellDeleted } from '../core/messages.ts';
import { outdate } from '../core/studio-state.ts';
import type { Look } from '../core/use-look.ts';
import { countOf, digits, sentence } from '../core/wording.ts';
import { Button } from './button.tsx';
import { MovingPicture } from './moving-picture.tsx';
import { Note, ProblemNote } from './problem.tsx';

/** `left` are the clips that are not to be used. */
export function ClipRows({
  clips,
  look,
  left,
  prompt,
  onLeave,
}: {
  readonly clips: readonly ApiClip[];
  readonly look: Look;
  readonly left: readonly string[];
  readonly prompt: string;
  readonly onLeave: (left: readonly string[]) => void;
}) {
  return (
    <ul className="clips" aria-label="Clips">
      {clips.map((clip) => (
        <ClipRow
          key={clip.id}
          clip={clip}
          look={look}
          prompt={prompt}
          used={!left.includes(clip.id)}
          onUse={(used) => onLeave(used ? left.filter((id) => id !== clip.id) : [...left, clip.id])}
        />
      ))}
    </ul>
  );
}

type LookedClip = LookAnswer['clips'][number];

function ClipRow({
  clip,
  look,
  used,
  prompt,
  onUse,
}: {
  readonly clip: ApiClip;
  readonly look: Look;
  readonly used: boolean;
  readonly prompt: string;
  readonly onUse: (used: boolean) => void;
}) {
  const found = look.answer?.clips.find((each) => each.clip === clip.id);
  const unread = look.answer?.unreadable.find((each) => each.clip === clip.id);
  const alike = look.answer?.alike.filter(({ clips }) => clips.includes(clip.id)) ?? [];
  const remove = async () => {
    const { trash, title } = await ask('deleteClip', { ids: { id: clip.id } });
    outdate('clips', 'trash');
    tellDeleted(title, trash);
  };
  return (
    <li className={used ? 'clip' : 'clip clip-left'}>
      <div className="clip-loop">
        {found?.sees ? (
          <MovingPicture loop={found.sees.loop} alt={`${clip.name}, as the training sees it`} />
        ) : (
          <span className="moving">{look.looking && <span className="spinner" aria-hidden="true" />}</span>
        )}
      </div>
      <div className="clip-text">
        <div className="clip-head">
          <label className="check">
            <input type="checkbox" checked={used} onChange={(event) => onUse(event.target.checked)} />
            <strong>{clip.name}</strong>
          </label>
          <Button look="plain" icon="trash" label={`Delete ${clip.name}`} onClick={remove} />
        </div>
        {found && <ClipFacts found={found} />}
        {found?.sees && (
          <img
            className="strip"
            src={found.sees.strip}
            alt={`The ${found.sees.frames.length} frames that the training sees of ${clip.name}`}
          />
        )}
        <Caption clip={clip} caption={clip.caption ?? found?.caption ?? ''} prompt={prompt} />
        {unread && <ProblemNote problem={unread.problem} />}
        {used &&
          found?.notes.map(({ message, advice }) => (
            <Note key={message} text={message} advice={advice ?? []} />
          ))}
        {used && alike.map(({ message }) => <Note key={message} text={message} />)}
      </div>
    </li>
  );
}

function ClipFacts({ found }: { readonly found: LookedClip }) {
  const { width, height, frames, framesPerSecond, seconds, sees } = found;
  return (
    <p className="facts">
      <span>
        {width} × {height}
      </span>
      <span>
        {countOf(frames, 'frame')}
        {framesPerSecond !== undefined && ` at ${digits(framesPerSecond)} a second`}
      </span>
      {seconds !== undefined && <span>{digits(seconds)} s</span>}
      {sees && (
        <span>
          sees {countOf(sees.frames.length, 'frame')}
          {sees.starts > 1 && `, from ${sees.starts} beginnings`}
        </span>
      )}
    </p>
  );
}

function Caption({
  clip,
  caption,
  prompt,
}: {
  readonly clip: ApiClip;
  readonly caption: string;
  readonly prompt: string;
}) {
  const [text, setText] = useState(caption);
  useEffect(() => setText(caption), [caption]);
  const save = () => {
    if (text.trim() === caption) return;
    writeCaptions([{ clip: clip.id, caption: text.trim() }]);
  };
  return (
    <input
      className="input"
      aria-label={`Caption of ${clip.name}`}
      placeholder={prompt === '' ? 'What this clip shows' : `As all: ${prompt}`}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={save}
      onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
    />
  );
}

/** Gives clips their captions; what is refused is said. */
export function writeCaptions(captions: { readonly clip: string; readonly caption: string }[]): void {
  ask('captions', { body: { captions } }).then(
    () => outdate('clips'),
    (error: unknown) => tell({ problem: problemOf(error) }),
  );
}

/** What was noticed about all clips together. */
export function LookNotes({ look }: { readonly look: Look }) {
  return (
    <>
      {look.problem && <ProblemNote problem={look.problem} />}
      {look.answer?.notes.map(({ message, advice }) => (
        <Note key={message} text={sentence(message)} advice={advice ?? []} />
      ))}
    </>
  );
}
