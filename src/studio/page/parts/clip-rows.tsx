/** @file Clips in rows: exactly the frames that a training will see of each, its caption, and what was noticed. */
import { useEffect, useState } from 'react';
import type { ApiClip, ClipPart, LookAnswer } from '../../api/clip-api.ts';
import { ask, problemOf } from '../core/api-client.ts';
import { partOfOther, partWords } from '../core/chosen-part.ts';
import type { ClipChoices } from '../core/learn-draft.ts';
import { tell, tellDeleted } from '../core/messages.ts';
import { outdate } from '../core/studio-state.ts';
import type { Look } from '../core/use-look.ts';
import { countOf, digits, sentence } from '../core/wording.ts';
import { Button } from './button.tsx';
import { ClipPartDialog } from './clip-part-dialog.tsx';
import { MovingPicture } from './moving-picture.tsx';
import { Note, ProblemNote } from './problem.tsx';

/** `shape` is that of a training video, where it is known. */
export function ClipRows({
  clips,
  look,
  choices,
  shape,
  prompt,
  onChange,
}: {
  readonly clips: readonly ApiClip[];
  readonly look: Look;
  readonly choices: ClipChoices;
  readonly shape: { readonly width: number; readonly height: number } | undefined;
  readonly prompt: string;
  readonly onChange: (choices: Partial<ClipChoices>) => void;
}) {
  const { left, heldOut, parts } = choices;
  const [parted, setParted] = useState<string>();
  const found = look.answer?.clips ?? [];
  const clip = clips.find(({ id }) => id === parted);
  const whole = found.find((each) => each.clip === parted);
  const usedOnes = found.filter(({ clip }) => !left.includes(clip));
  const others = usedOnes.filter(({ clip }) => clip !== parted).length;
  const giveAll = (part: ClipPart) => {
    const given = usedOnes.map((each) => [each.clip, partOfOther(part, whole!, each)]);
    onChange({ parts: { ...parts, ...Object.fromEntries(given), ...(parted && { [parted]: part }) } });
    tell({ text: `${countOf(others + 1, 'clip')} have the same part, as far as they have it.` });
  };
  const toggled = (list: readonly string[], id: string, isIn: boolean) =>
    isIn ? [...list.filter((each) => each !== id), id] : list.filter((each) => each !== id);
  return (
    <>
      <ul className="clips" aria-label="Clips" aria-busy={look.looking}>
        {clips.map((each) => (
          <ClipRow
            key={each.id}
            clip={each}
            look={look}
            part={parts[each.id]}
            prompt={prompt}
            used={!left.includes(each.id)}
            isHeldOut={heldOut.includes(each.id)}
            onUse={(used) => onChange({ left: toggled(left, each.id, !used) })}
            onHoldOut={(isHeldOut) => onChange({ heldOut: toggled(heldOut, each.id, isHeldOut) })}
            onPart={() => setParted(each.id)}
          />
        ))}
      </ul>
      {clip && whole && (
        <ClipPartDialog
          clip={clip.id}
          name={clip.name}
          whole={whole}
          part={parts[clip.id] ?? whole.part}
          look={look}
          shape={shape}
          others={others}
          onChange={(part) => onChange({ parts: { ...parts, [clip.id]: part } })}
          onAll={giveAll}
          onClose={() => setParted(undefined)}
        />
      )}
    </>
  );
}

type LookedClip = LookAnswer['clips'][number];

function ClipRow({
  clip,
  look,
  part,
  used,
  isHeldOut,
  prompt,
  onUse,
  onHoldOut,
  onPart,
}: {
  readonly clip: ApiClip;
  readonly look: Look;
  readonly part: ClipPart | undefined;
  readonly used: boolean;
  readonly isHeldOut: boolean;
  readonly prompt: string;
  readonly onUse: (used: boolean) => void;
  readonly onHoldOut: (isHeldOut: boolean) => void;
  readonly onPart: () => void;
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
        {found && <ClipFacts found={found} part={part ?? found.part} />}
        {found?.sees && (
          <img
            className="strip"
            src={found.sees.strip}
            alt={`The ${found.sees.frames.length} frames that the training sees of ${clip.name}`}
          />
        )}
        <div className="actions">
          {found && (
            <Button icon="crop" onClick={onPart}>
              Trim and crop<span className="hidden"> {clip.name}</span>
            </Button>
          )}
          {used && (
            <label className="check">
              <input
                type="checkbox"
                checked={isHeldOut}
                onChange={(event) => onHoldOut(event.target.checked)}
              />
              Hold it out<span className="hidden">: {clip.name}</span>
            </label>
          )}
        </div>
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

function ClipFacts({ found, part }: { readonly found: LookedClip; readonly part: ClipPart | undefined }) {
  const { width, height, frames, framesPerSecond, seconds, sees } = found;
  const of = partWords(part, found);
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
      {of !== '' && <strong>{of}</strong>}
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
