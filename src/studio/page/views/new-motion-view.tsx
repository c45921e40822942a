/** @file Teaching a motion: clips in, what they show, how it is learned, and what that takes. */
import { useEffect, useMemo, useState } from 'react';
import type { GivenForm, MotionState } from '../../api/form-api.ts';
import { builtInBaseId } from '../../api/identifiers.ts';
import type { AnswerOf } from '../../api/routes.ts';
import { type Bringing, bringClips, type Refused } from '../core/bring-clips.ts';
import type { BroughtFile } from '../core/dropped-files.ts';
import { handedForm } from '../core/hand-over.ts';
import type { Route } from '../core/hash-route.ts';
import {
  formValues,
  type SettingValues,
  usedSettings,
  valuesOf,
  withValues,
} from '../core/setting-values.ts';
import { useAnswer } from '../core/studio-state.ts';
import { useDraft } from '../core/use-draft.ts';
import { useFormCheck } from '../core/use-form-check.ts';
import { useLook } from '../core/use-look.ts';
import { goTo, replaceRoute } from '../core/use-route.ts';
import { countOf } from '../core/wording.ts';
import { BaseChooser } from '../parts/base-chooser.tsx';
import { Button } from '../parts/button.tsx';
import { type ClipChoices, ClipRows, LookNotes, writeCaptions } from '../parts/clip-rows.tsx';
import { DropZone } from '../parts/drop-zone.tsx';
import { FormSide } from '../parts/form-side.tsx';
import { MotionStateField } from '../parts/motion-state-field.tsx';
import { Presets } from '../parts/presets.tsx';
import { ProblemNote } from '../parts/problem.tsx';
import { ProgressBar } from '../parts/progress-bar.tsx';
import { SettingFields } from '../parts/setting-fields.tsx';
import { Shown, View } from '../parts/view.tsx';

const accepted = 'video/*,image/gif,image/webp,image/png,image/jpeg,.mkv,.mov,.txt,.tsv,.jsonl';
const mainSettings = ['steps', 'sampleEvery', 'frames', 'stride', 'clipFps', 'window'];

type LearnForm = Extract<GivenForm, { readonly kind: 'learn' }>;

function draftFrom(form: LearnForm, { clips }: ClipSet): Draft {
  return {
    title: form.title ?? '',
    prompt: form.prompt ?? '',
    base: form.base ?? null,
    settings: (form.settings ?? {}) as SettingValues,
    startFrom: form.startFrom,
    left: clips.flatMap(({ id }) => (form.clips.some((clip) => clip.id === id) ? [] : [id])),
    heldOut: form.clips.flatMap(({ id, heldOut }) => (heldOut ? [id] : [])),
    parts: Object.fromEntries(form.clips.flatMap(({ id, part }) => (part ? [[id, part]] : []))),
  };
}

interface Draft extends ClipChoices {
  readonly title: string;
  readonly prompt: string;
  readonly base: string | null;
  readonly settings: SettingValues;
  /** A motion that the training begins with; absent: the image model alone. */
  readonly startFrom?: MotionState | undefined;
}

const empty: Draft = {
  title: '',
  prompt: '',
  base: null,
  settings: {},
  left: [],
  heldOut: [],
  parts: {},
};

/**
 * The view; `set` in the address names the clips, `from` a motion whose settings are taken, `start` one that the
 * training begins with, `checkpoint` the state of it.
 */
export function NewMotionView({ query }: { readonly query: Route['query'] }) {
  const set = query.get('set') ?? undefined;
  const taken: Taken = {
    from: query.get('from') ?? undefined,
    start: query.get('start') ?? undefined,
    checkpoint: query.get('checkpoint') ?? undefined,
  };
  const sets = useAnswer('clipSets');
  const job = query.get('job') ?? undefined;
  const hasForm = query.get('form') !== null;
  const handed = useMemo(() => (hasForm ? handedForm() : undefined), [hasForm]);
  const given = handed?.kind === 'learn' ? handed : undefined;
  const [bringing, setBringing] = useState<Bringing>();
  const [refused, setRefused] = useState<readonly Refused[]>([]);
  const bring = async (files: readonly BroughtFile[]) => {
    setRefused([]);
    try {
      const brought = await bringClips(files, set, setBringing);
      setRefused(brought.refused);
      if (brought.set !== set) replaceRoute(['new', 'motion'], { set: brought.set, ...taken });
    } finally {
      setBringing(undefined);
    }
  };
  const first = given?.clips[0]?.id;
  const chosen = sets.data?.sets.find(
    ({ id, clips }) => id === set || clips.some((clip) => clip.id === first),
  );
  return (
    <View
      title="Teach a motion"
      lead="Bring a few short clips that all show the same motion. lamp learns how things move in them, and can then move other things that way."
      back={{ href: '#/new', label: 'New' }}
    >
      {bringing && (
        <section className="panel" aria-live="polite">
          <p>
            {bringing.name} – {bringing.done + 1} of {bringing.all}
          </p>
          <ProgressBar share={(bringing.done + bringing.share) / bringing.all} label="Bringing clips" />
        </section>
      )}
      {refused.map(({ name, problem }) => (
        <ProblemNote key={name} problem={{ ...problem, message: `${name}: ${problem.message}` }} />
      ))}
      <Shown answered={sets}>
        {(data) =>
          chosen ? (
            <Learning key={chosen.id} set={chosen} {...{ taken, given, job }} onFiles={bring} />
          ) : (
            <ChooseClips sets={data.sets} taken={taken} onFiles={bring} />
          )
        }
      </Shown>
    </View>
  );
}

/** What a training takes from others, as the address says. */
interface Taken {
  /** A motion whose settings are taken. */
  readonly from: string | undefined;
  /** A motion that it begins with, and the state of its training. */
  readonly start: string | undefined;
  readonly checkpoint: string | undefined;
}

type ClipSet = AnswerOf<'clipSets'>['sets'][number];

function ChooseClips({
  sets,
  taken,
  onFiles,
}: {
  readonly sets: readonly ClipSet[];
  readonly taken: Taken;
  readonly onFiles: (files: BroughtFile[]) => void;
}) {
  const filled = sets.filter(({ clips }) => clips.length > 0);
  return (
    <div className="stack stack-wide">
      <DropZone label="Choose clips" accept={accepted} folders onFiles={onFiles}>
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
                <Button onClick={() => goTo(['new', 'motion'], { set: id, ...taken })}>
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

function Learning({
  set,
  taken: { from, start, checkpoint },
  given,
  job,
  onFiles,
}: {
  readonly set: ClipSet;
  readonly taken: Taken;
  /** A form that is to be changed. */
  readonly given: LearnForm | undefined;
  readonly job: string | undefined;
  readonly onFiles: (files: BroughtFile[]) => void;
}) {
  const { data: declared } = useAnswer('settings');
  const { data: model } = useAnswer('motion', from === undefined ? null : { ids: { id: from } });
  const [draft, setDraft] = useDraft<Draft>(`learn:${set.id}:${from ?? checkpoint ?? start ?? job ?? ''}`, {
    ...empty,
    ...(start !== undefined && {
      startFrom: { motion: start, ...(checkpoint !== undefined && { checkpoint }) },
    }),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, not whenever the clips are asked for again
  useEffect(() => {
    if (given) setDraft(draftFrom(given, set));
  }, [given, set.id, setDraft]);
  const [isTaken, setIsTaken] = useState(false);
  const change = (changes: Partial<Draft>) => setDraft((before) => ({ ...before, ...changes }));
  useEffect(() => {
    if (!model || !declared || isTaken) return;
    setIsTaken(true);
    if (Object.keys(draft.settings).length === 0) {
      setDraft((before) => ({
        ...before,
        settings: formValues(declared.learn, model.settings),
        base: model.baseId === builtInBaseId ? null : (model.baseId ?? null),
        prompt: before.prompt || (model.prompt ?? ''),
      }));
    }
  }, [model, declared, isTaken, draft, setDraft]);

  const { data: begun } = useAnswer(
    'motion',
    draft.startFrom ? { ids: { id: draft.startFrom.motion } } : null,
  );
  const base = draft.base ?? begun?.baseId;
  const { data: detail } = useAnswer('base', { query: { id: base ?? builtInBaseId } });
  const recommended = (detail?.recommended.training ?? {}) as SettingValues;
  const used = set.clips.filter(({ id }) => !draft.left.includes(id));
  const lookNames = declared?.look.map(({ name }) => name) ?? [];
  const seen = { ...only(recommended, lookNames), ...only(draft.settings, lookNames) };
  const look = useLook(declared && detail ? set.clips.map(({ id }) => id) : [], seen, draft.parts);
  const heldOut = used.filter(({ id }) => draft.heldOut.includes(id));
  const chosen = [...(heldOut.length > 0 ? ['heldOut'] : []), ...Object.keys(draft.settings)];
  const usedFields = usedSettings(declared?.learn ?? [], chosen);
  const unusable = used.filter(({ id }) => look.answer?.unreadable.some(({ clip }) => clip === id));
  const seenCaption = (id: string) => look.answer?.clips.find(({ clip }) => clip === id)?.caption;
  const uncaptioned = used.filter(({ id, caption }) => !(caption ?? seenCaption(id)));

  const missing = [
    ...(used.length === heldOut.length
      ? [used.length === 0 ? 'Choose at least one clip.' : 'Leave at least one clip to learn from.']
      : []),
    ...(draft.prompt.trim() === '' && uncaptioned.length > 0
      ? ['Say what the clips show, or give each a caption.']
      : []),
    ...(unusable.length > 0
      ? [`Leave out what cannot be read: ${unusable.map(({ name }) => name).join(', ')}.`]
      : []),
  ];
  const form: GivenForm = {
    kind: 'learn',
    clips: used.map(({ id }) => ({
      id,
      ...(draft.parts[id] && { part: draft.parts[id] }),
      ...(draft.heldOut.includes(id) && { heldOut: true }),
    })),
    title: draft.title.trim() || set.title,
    settings: valuesOf(usedFields, draft.settings) as GivenForm['settings'] & object,
    ...(draft.prompt.trim() === '' ? {} : { prompt: draft.prompt.trim() }),
    ...(base === undefined ? {} : { base }),
    ...(draft.startFrom && { startFrom: draft.startFrom }),
  };
  const forms = missing.length === 0 && declared ? [form] : [];
  const check = useFormCheck(forms[0]);
  const problems = check.estimate?.problems ?? [];
  return (
    <div className="columns form-columns">
      <div className="stack stack-wide">
        <section className="panel" aria-labelledby="clips">
          <div className="panel-head">
            <h2 id="clips">
              1. Clips{' '}
              <span className="quiet">
                {used.length} of {set.clips.length} used
                {heldOut.length > 0 && `, ${heldOut.length} held out`}{' '}
                {look.looking && (
                  <span className="spinner" role="img" aria-label="The clips are being looked at" />
                )}
              </span>
            </h2>
            <DropZone small label="Add clips" accept={accepted} onFiles={onFiles} />
          </div>
          <LookNotes look={look} />
          <div className="field">
            <label htmlFor="prompt">What do all of them show?</label>
            <input
              id="prompt"
              className="input"
              placeholder="a horse gallops on a beach"
              value={draft.prompt}
              onChange={(event) => change({ prompt: event.target.value })}
            />
            <p className="field-about">
              In words that the base knows: the thing, what it does, and where. A clip’s own caption goes
              before it.
            </p>
          </div>
          {draft.prompt.trim() !== '' && used.length > 1 && (
            <div className="actions">
              <Button
                onClick={() =>
                  writeCaptions(used.map(({ id }) => ({ clip: id, caption: draft.prompt.trim() })))
                }
              >
                Write it as the caption of all {used.length}
              </Button>
              {uncaptioned.length < used.length && (
                <Button onClick={() => writeCaptions(used.map(({ id }) => ({ clip: id, caption: '' })))}>
                  Remove all captions
                </Button>
              )}
            </div>
          )}
          <HoldOut used={used} heldOut={heldOut} onChange={(ids) => change({ heldOut: ids })} />
          <ClipRows
            clips={set.clips}
            look={look}
            choices={draft}
            shape={shapeOf({ ...recommended, ...draft.settings }) ?? detail?.size}
            prompt={draft.prompt.trim()}
            onChange={change}
          />
          {set.others.map(({ name, reason }) => (
            <p key={name} className="quiet">
              {name} is not used: {reason}.
            </p>
          ))}
        </section>
        <section className="panel" aria-labelledby="base">
          <h2 id="base">2. Base model</h2>
          <BaseChooser value={base} onChange={(next) => change({ base: next ?? null })} />
        </section>
        <section className="panel" aria-labelledby="how">
          <h2 id="how">3. How it is learned</h2>
          <MotionStateField
            label="It begins with"
            none="The image model alone"
            about="A motion that was learned before, on the same base, is learned further as a new one."
            value={draft.startFrom}
            onChange={(startFrom) => change({ startFrom })}
          />
          {declared && (
            <>
              <Presets
                presets={declared.presets}
                values={draft.settings}
                onChange={(settings) => change({ settings })}
              />
              <SettingFields
                settings={usedFields}
                main={heldOut.length > 0 ? [...mainSettings, 'heldOutEvery'] : mainSettings}
                values={draft.settings}
                recommended={recommended}
                problems={problems}
                onChange={(settings) => change({ settings })}
              />
            </>
          )}
          <div className="field">
            <label htmlFor="title">Name of the motion</label>
            <input
              id="title"
              className="input"
              maxLength={200}
              placeholder={set.title}
              value={draft.title}
              onChange={(event) => change({ title: event.target.value })}
            />
          </div>
        </section>
      </div>
      <FormSide
        check={check}
        forms={forms}
        missing={missing}
        job={job}
        label="Learn this motion"
        onAdvice={(settings) => change({ settings: withValues(draft.settings, settings) })}
        onPut={([job]) => {
          if (job) goTo(['jobs', job.id]);
        }}
      />
    </div>
  );
}

/** Of so many clips one is held out, where somebody does not choose. */
const oneOf = 5;

/** What clips that are held out are for, and a button that holds out some. */
function HoldOut({
  used,
  heldOut,
  onChange,
}: {
  readonly used: ClipSet['clips'];
  readonly heldOut: ClipSet['clips'];
  readonly onChange: (ids: readonly string[]) => void;
}) {
  if (heldOut.length > 0) {
    return (
      <p className="quiet">
        Clips that are held out are not learned from: the loss on them says whether what is learned is the
        motion, or these clips by heart.
      </p>
    );
  }
  if (used.length < oneOf) return null;
  const some = used.filter((_, i) => i % oneOf === oneOf - 1).map(({ id }) => id);
  return (
    <div className="actions">
      <Button onClick={() => onChange(some)}>Hold out {countOf(some.length, 'clip')} to check with</Button>
    </div>
  );
}

/** The size of a training video, where both sides are given. */
function shapeOf({ width, height }: SettingValues) {
  return typeof width === 'number' && typeof height === 'number' ? { width, height } : undefined;
}

function only(values: SettingValues, names: readonly string[]): SettingValues {
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));
}
