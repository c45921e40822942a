/** @file Chooses a part of a clip: from when to when, and which rectangle of the picture. */
import { type PointerEvent, useId, useRef, useState } from 'react';
import type { ClipPart } from '../../api/clip-api.ts';
import {
  type Crop,
  cropBetween,
  framesOfPart,
  isPart,
  middleCrop,
  timeOf,
  type WholeClip,
  withCrop,
  withFrames,
} from '../core/chosen-part.ts';
import type { SettingValues } from '../core/setting-values.ts';
import { type Look, useLook } from '../core/use-look.ts';
import { countOf } from '../core/wording.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { MovingPicture } from './moving-picture.tsx';
import { Note, ProblemNote } from './problem.tsx';

/** Frames of the strip of the whole clip, at most. */
const stripFrames = 12;
/** Pixels of the picture below which a drawn rectangle is a slip. */
const slip = 4;

/** `look` shows what the training sees of it with `part`; `shape` is that of a training video, where it is known. */
export function ClipPartDialog({
  clip,
  name,
  whole,
  part,
  look,
  shape,
  others,
  onChange,
  onAll,
  onClose,
}: {
  readonly clip: string;
  readonly name: string;
  readonly whole: WholeClip;
  readonly part: ClipPart | undefined;
  readonly look: Look;
  readonly shape: { readonly width: number; readonly height: number } | undefined;
  /** How many other clips there are. */
  readonly others: number;
  readonly onChange: (part: ClipPart) => void;
  readonly onAll: (part: ClipPart) => void;
  readonly onClose: () => void;
}) {
  const all = useLook([clip], overview(whole), { [clip]: {} });
  const seen = all.answer?.clips[0]?.sees;
  return (
    <Dialog title={`Trim and crop ${name}`} wide onClose={onClose}>
      <div className="stack">
        <div className="part-columns">
          <CropField
            picture={seen?.loop}
            whole={whole}
            crop={part?.crop}
            shape={shape}
            onChange={(crop) => onChange(withCrop(part, whole, crop))}
          />
          <div className="stack">
            <TrimField
              strip={seen?.strip}
              whole={whole}
              part={part}
              onChange={(changes) => onChange(withFrames(part, whole, changes))}
            />
            <Seen clip={clip} name={name} look={look} />
          </div>
        </div>
        <div className="actions dialog-foot">
          <Button look="main" onClick={onClose}>
            Done
          </Button>
          {others > 0 && <Button onClick={() => onAll(part ?? {})}>Same for all {others + 1} clips</Button>}
          <Button icon="repeat" disabled={!isPart(part)} onClick={() => onChange({})}>
            Whole clip
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

/** Settings of looking that show all of a clip. */
function overview({ frames }: WholeClip): SettingValues {
  return { frames: Math.max(2, Math.min(stripFrames, frames)), window: 'spread' };
}

function Seen({ clip, name, look }: { readonly clip: string; readonly name: string; readonly look: Look }) {
  const found = look.answer?.clips.find((each) => each.clip === clip);
  const unread = look.answer?.unreadable.find((each) => each.clip === clip);
  return (
    <section className="part-seen" aria-label="What the training sees" aria-busy={look.looking}>
      <h3>
        What the training sees
        {found?.sees && <span className="quiet"> {countOf(found.sees.frames.length, 'frame')}</span>}
      </h3>
      {found?.sees ? (
        <div className="part-loop">
          <MovingPicture loop={found.sees.loop} alt={`The part of ${name} that the training sees`} />
          <img className="strip" src={found.sees.strip} alt="" />
        </div>
      ) : (
        look.looking && <span className="spinner" aria-hidden="true" />
      )}
      {unread && <ProblemNote problem={unread.problem} />}
      {found?.notes.map(({ message, advice }) => (
        <Note key={message} text={message} advice={advice ?? []} />
      ))}
    </section>
  );
}

function TrimField({
  strip,
  whole,
  part,
  onChange,
}: {
  readonly strip: string | undefined;
  readonly whole: WholeClip;
  readonly part: ClipPart | undefined;
  readonly onChange: (changes: { first?: number; end?: number }) => void;
}) {
  const { first, end } = framesOfPart(part, whole);
  const share = (frame: number) => `${(100 * frame) / whole.frames}%`;
  const ends = [
    {
      name: 'Begins',
      label: 'The first frame',
      value: first,
      change: (frame: number) => onChange({ first: frame }),
    },
    { name: 'Ends', label: 'The end', value: end, change: (frame: number) => onChange({ end: frame }) },
  ];
  return (
    <fieldset className="trim">
      <legend>
        When <span className="quiet">{countOf(end - first, 'frame')}</span>
      </legend>
      <div className="trim-strip" aria-hidden="true">
        {strip && <img src={strip} alt="" />}
        <span className="trim-out" style={{ left: 0, width: share(first) }} />
        <span className="trim-out" style={{ left: share(end), right: 0 }} />
      </div>
      {ends.map(({ name, label, value, change }) => (
        <label key={name} className="slider">
          <span className="trim-name">{name}</span>
          <input
            type="range"
            aria-label={label}
            aria-valuetext={timeOf(value, whole)}
            min={0}
            max={whole.frames}
            value={value}
            onChange={(event) => change(event.target.valueAsNumber)}
          />
          <span className="slider-value">{timeOf(value, whole)}</span>
        </label>
      ))}
    </fieldset>
  );
}

function CropField({
  picture,
  whole,
  crop,
  shape,
  onChange,
}: {
  readonly picture: string | undefined;
  readonly whole: WholeClip;
  readonly crop: Crop | undefined;
  readonly shape: { readonly width: number; readonly height: number } | undefined;
  readonly onChange: (crop: Crop | undefined) => void;
}) {
  const [keeps, setKeeps] = useState(true);
  const [from, setFrom] = useState<{ x: number; y: number }>();
  const [drawn, setDrawn] = useState<Crop>();
  const field = useRef<HTMLDivElement>(null);
  const aspect = shape && shape.width / shape.height;
  const pointOf = ({ clientX, clientY }: PointerEvent) => {
    const { left, top, width, height } = field.current!.getBoundingClientRect();
    const within = (share: number) => Math.max(0, Math.min(1, share));
    return {
      x: within((clientX - left) / width) * whole.width,
      y: within((clientY - top) / height) * whole.height,
    };
  };
  const shown = drawn ?? crop;
  const percent = (part: number, of: number) => `${(100 * part) / of}%`;
  const end = () => {
    setFrom(undefined);
    setDrawn(undefined);
    if (drawn && drawn.width > slip && drawn.height > slip) onChange(drawn);
  };
  return (
    <fieldset className="crop">
      <legend>
        Which part of the picture{' '}
        <span className="quiet">
          {shown ? `${Math.round(shown.width)} × ${Math.round(shown.height)}` : 'all of it'}
        </span>
      </legend>
      <div
        ref={field}
        className="crop-picture"
        style={{ aspectRatio: `${whole.width} / ${whole.height}` }}
        onPointerDown={(event) => {
          event.preventDefault();
          event.currentTarget.setPointerCapture(event.pointerId);
          setFrom(pointOf(event));
        }}
        onPointerMove={(event) => {
          if (from) setDrawn(cropBetween(from, pointOf(event), whole, keeps ? aspect : undefined));
        }}
        onPointerUp={end}
        onPointerCancel={() => {
          setFrom(undefined);
          setDrawn(undefined);
        }}
      >
        {picture === undefined ? (
          <span className="moving">
            <span className="spinner" role="img" aria-label="Looking at the clip" />
          </span>
        ) : (
          <MovingPicture loop={picture} alt="The whole picture" />
        )}
        {shown && (
          <span
            className="crop-rectangle"
            style={{
              left: percent(shown.left, whole.width),
              top: percent(shown.top, whole.height),
              width: percent(shown.width, whole.width),
              height: percent(shown.height, whole.height),
            }}
          />
        )}
      </div>
      <p className="field-about">Draw a rectangle in the picture, or give it in pixels.</p>
      <CropNumbers whole={whole} crop={crop} onChange={onChange} />
      {aspect !== undefined && (
        <div className="actions">
          <label className="check">
            <input type="checkbox" checked={keeps} onChange={(event) => setKeeps(event.target.checked)} />
            Draw it in the shape of the videos, {shape!.width} × {shape!.height}
          </label>
          <Button onClick={() => onChange(middleCrop(whole, aspect))}>Its middle</Button>
        </div>
      )}
    </fieldset>
  );
}

const sides = [
  ['left', 'Left'],
  ['top', 'Top'],
  ['width', 'Width'],
  ['height', 'Height'],
] as const;

function CropNumbers({
  whole,
  crop,
  onChange,
}: {
  readonly whole: WholeClip;
  readonly crop: Crop | undefined;
  readonly onChange: (crop: Crop) => void;
}) {
  const id = useId();
  const now = crop ?? { left: 0, top: 0, width: whole.width, height: whole.height };
  return (
    <div className="crop-numbers">
      {sides.map(([side, name]) => (
        <div className="field" key={side}>
          <label htmlFor={`${id}-${side}`}>{name}</label>
          <NumberInput
            id={`${id}-${side}`}
            value={now[side]}
            onChange={(value) => onChange({ ...now, [side]: value })}
          />
        </div>
      ))}
    </div>
  );
}

/** What is being typed stays as it is until the field is left. */
function NumberInput({
  id,
  value,
  onChange,
}: {
  readonly id: string;
  readonly value: number;
  readonly onChange: (value: number) => void;
}) {
  const [text, setText] = useState<string>();
  return (
    <input
      id={id}
      className="input"
      inputMode="numeric"
      autoComplete="off"
      value={text ?? value}
      onChange={({ target }) => {
        setText(target.value);
        if (/^\d+$/.test(target.value)) onChange(Number(target.value));
      }}
      onBlur={() => setText(undefined)}
    />
  );
}
