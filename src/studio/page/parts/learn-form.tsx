/** @file The form that teaches a motion with a set of clips. */
import { useEffect, useState } from 'react';
import { builtInBaseId } from '../../api/identifiers.ts';
import type { BroughtFile } from '../core/dropped-files.ts';
import {
  type ClipSet,
  emptyLearnDraft,
  type LearnForm as Form,
  type LearnDraft,
  learnDraftOf,
  learningOf,
} from '../core/learn-draft.ts';
import { formValues, type SettingValues, valuesOf, withValues } from '../core/setting-values.ts';
import { useAnswer } from '../core/studio-state.ts';
import { useDraft } from '../core/use-draft.ts';
import { useFormCheck } from '../core/use-form-check.ts';
import { useLearningLook } from '../core/use-look.ts';
import { goTo } from '../core/use-route.ts';
import { BaseChooser } from './base-chooser.tsx';
import { Button } from './button.tsx';
import { clipFiles } from './choose-clips.tsx';
import { ClipRows, LookNotes, writeCaptions } from './clip-rows.tsx';
import { DropZone } from './drop-zone.tsx';
import { Field } from './field.tsx';
import { FormSide } from './form-side.tsx';
import { HoldOut } from './hold-out.tsx';
import { MotionStateField } from './motion-state-field.tsx';
import { Presets } from './presets.tsx';
import { PromptField } from './prompt-field.tsx';
import { SettingFields } from './setting-fields.tsx';

const mainSettings = ['steps', 'sampleEvery', 'frames', 'stride', 'clipFps', 'window'];

/** What a training takes from others. */
export interface TakenFrom {
  /** A motion whose settings are taken. */
  readonly from: string | undefined;
  /** A motion that it begins with, and the state of its training. */
  readonly start: string | undefined;
  readonly checkpoint: string | undefined;
}

/** The form. */
export function LearnForm({
  set,
  taken: { from, start, checkpoint },
  given,
  hasForm,
  job,
  onGiven,
  onFiles,
}: {
  readonly set: ClipSet;
  readonly taken: TakenFrom;
  /** A form that is to be changed, until `onGiven` says that it is filled in. */
  readonly given: Form | undefined;
  /** Whether there was one: what is filled in then takes the place of nothing else. */
  readonly hasForm: boolean;
  readonly job: string | undefined;
  readonly onGiven: () => void;
  readonly onFiles: (files: BroughtFile[]) => void;
}) {
  const { data: declared } = useAnswer('settings');
  const { data: model } = useAnswer('motion', from === undefined ? null : { ids: { id: from } });
  const name = `learn:${set.id}:${from ?? checkpoint ?? start ?? job ?? (hasForm ? 'given' : '')}`;
  const [draft, setDraft] = useDraft<LearnDraft>(name, {
    ...emptyLearnDraft,
    ...(start !== undefined && {
      startFrom: { motion: start, ...(checkpoint !== undefined && { checkpoint }) },
    }),
  });
  const change = (changes: Partial<LearnDraft>) => setDraft((before) => ({ ...before, ...changes }));
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, not whenever the clips are asked for again
  useEffect(() => {
    if (!given) return;
    setDraft(learnDraftOf(given, set));
    onGiven();
  }, [given, set.id, setDraft]);
  const [isTaken, setIsTaken] = useState(false);
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
  const seen = valuesOf(declared?.look ?? [], draft.settings);
  const isLearned = ({ id }: { readonly id: string }) =>
    !draft.left.includes(id) && !draft.heldOut.includes(id);
  const idsOf = (isWanted: boolean) =>
    declared ? set.clips.filter((clip) => isLearned(clip) === isWanted).map(({ id }) => id) : [];
  const { preset } = draft.settings;
  const found = useLearningLook(idsOf(true), idsOf(false), seen, draft.parts, {
    ...(base !== undefined && { base }),
    ...(typeof preset === 'string' && { preset }),
    ...(draft.startFrom && { startFrom: draft.startFrom }),
  });
  // Before it is known what to ask, too, something is on its way.
  const look = declared ? found : { ...found, looking: true };
  const learning = learningOf(draft, set, declared?.learn ?? [], { base, look: look.answer });
  const { used, heldOut, uncaptioned, settings, missing, form } = learning;
  const forms = missing.length === 0 && declared ? [form] : [];
  const check = useFormCheck(forms);
  const writeAll = (caption: string) => writeCaptions(used.map(({ id }) => ({ clip: id, caption })));
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
                {look.looking && <span className="spinner" role="img" aria-label="Looking at the clips" />}
              </span>
            </h2>
            <DropZone small label="Add clips" accept={clipFiles} onFiles={onFiles} />
          </div>
          <LookNotes look={look} />
          <PromptField
            id="prompt"
            label="What do all of them show?"
            placeholder="a horse gallops on a beach"
            about="In words that the base knows: the thing, what it does, and where. A clip’s own caption goes before it."
            value={draft.prompt}
            onChange={(prompt) => change({ prompt })}
          />
          {draft.prompt.trim() !== '' && used.length > 1 && (
            <div className="actions">
              <Button onClick={() => writeAll(draft.prompt.trim())}>
                Write it as the caption of all {used.length}
              </Button>
              {uncaptioned.length < used.length && (
                <Button onClick={() => writeAll('')}>Remove all captions</Button>
              )}
            </div>
          )}
          <HoldOut used={used} heldOut={heldOut} onChange={(ids) => change({ heldOut: ids })} />
          <ClipRows
            clips={set.clips}
            look={look}
            choices={draft}
            shape={look.answer?.size}
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
            value={draft.startFrom ?? undefined}
            onChange={(startFrom) => change({ startFrom: startFrom ?? null })}
          />
          {declared && (
            <>
              <Presets
                presets={declared.presets}
                values={draft.settings}
                onChange={(settings) => change({ settings })}
              />
              <SettingFields
                settings={settings}
                main={heldOut.length > 0 ? [...mainSettings, 'heldOutEvery'] : mainSettings}
                values={draft.settings}
                recommended={recommended}
                problems={check.estimate?.problems ?? []}
                onChange={(settings) => change({ settings })}
              />
            </>
          )}
          <Field id="title" label="Name of the motion">
            <input
              id="title"
              className="input"
              maxLength={200}
              placeholder={set.title}
              value={draft.title}
              onChange={(event) => change({ title: event.target.value })}
            />
          </Field>
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
