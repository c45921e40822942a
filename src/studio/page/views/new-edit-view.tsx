/** @file Editing a video: its movement stays, what is seen becomes another. */
import { useEffect } from 'react';
import type { GivenForm, MotionState } from '../../api/form-api.ts';
import { builtInBaseId } from '../../api/identifiers.ts';
import type { ApiSettings } from '../../api/setting-api.ts';
import { handedForm } from '../core/hand-over.ts';
import type { Route } from '../core/hash-route.ts';
import {
  type SettingValues,
  usedSettings,
  valuesOf,
  withSetting,
  withValues,
} from '../core/setting-values.ts';
import { useAnswer } from '../core/studio-state.ts';
import { tellPut } from '../core/tell-put.ts';
import { useDraft } from '../core/use-draft.ts';
import { useFormCheck } from '../core/use-form-check.ts';
import { replaceRoute } from '../core/use-route.ts';
import { BaseChooser } from '../parts/base-chooser.tsx';
import { ClipChooser } from '../parts/clip-chooser.tsx';
import { FirstFrameField } from '../parts/first-frame-field.tsx';
import { FormSide } from '../parts/form-side.tsx';
import { LatestResults } from '../parts/latest-results.tsx';
import { MotionStateField } from '../parts/motion-state-field.tsx';
import { Presets } from '../parts/presets.tsx';
import { PromptField } from '../parts/prompt-field.tsx';
import { SettingFields } from '../parts/setting-fields.tsx';
import { View } from '../parts/view.tsx';

const mainSettings = ['strength', 'frames', 'samplerSteps', 'guidance', 'seed'];

interface Draft {
  readonly clip: string;
  readonly prompt: string;
  readonly clipPrompt: string;
  /** What the clip's movement is known from; absent: it is learned. */
  readonly motion?: MotionState | undefined;
  readonly firstFrame: string;
  readonly base: string | null;
  readonly settings: SettingValues;
}

const empty: Draft = {
  clip: '',
  prompt: '',
  clipPrompt: '',
  firstFrame: '',
  base: null,
  settings: {},
};

/** The view; `clip` in the address chooses one, `form=given` takes what was handed over. */
export function NewEditView({ query }: { readonly query: Route['query'] }) {
  const [draft, setDraft] = useDraft<Draft>('edit', empty);
  const change = (changes: Partial<Draft>) => setDraft((before) => ({ ...before, ...changes }));
  const wanted = query.get('clip');
  const given = query.get('form');
  const job = query.get('job') ?? undefined;
  useEffect(() => {
    if (wanted === null && given === null) return;
    const form = given === null ? undefined : handedForm();
    setDraft((before) => {
      if (form?.kind !== 'edit') return wanted === null ? before : { ...before, clip: wanted };
      const { clip, prompt, clipPrompt = '', motion, firstFrame = '', base = null, settings = {} } = form;
      return { clip, prompt, clipPrompt, motion, firstFrame, base, settings: settings as SettingValues };
    });
    replaceRoute(['new', 'edit'], { job });
  }, [wanted, given, job, setDraft]);

  const { data: declared } = useAnswer('settings');
  const { data: motion } = useAnswer('motion', draft.motion ? { ids: { id: draft.motion.motion } } : null);
  const base = draft.base ?? motion?.baseId;
  const { data: detail } = useAnswer('base', { query: { id: base ?? builtInBaseId } });
  const { training, video, picture } = detail?.recommended ?? {};
  const recommended = { ...video, training: training ?? {}, drawing: picture ?? {} } as SettingValues;
  const missing = [
    ...(draft.clip === '' ? ['Choose a clip.'] : []),
    ...(draft.prompt.trim() === '' ? ['Say what to show instead.'] : []),
  ];
  const learns = draft.motion === undefined;
  // What is given by fields, and by settings.
  const beside = [
    ...(learns ? [] : ['motion']),
    ...(draft.firstFrame === '' ? [] : ['firstFrame']),
    ...Object.keys(draft.settings),
  ];
  const used = usedSettings(declared?.edit ?? [], beside);
  const clipPrompt = learns ? draft.clipPrompt.trim() : '';
  const form: GivenForm = {
    kind: 'edit',
    clip: draft.clip,
    prompt: draft.prompt.trim(),
    settings: valuesOf(used, draft.settings) as GivenForm['settings'] & object,
    ...(clipPrompt === '' ? {} : { clipPrompt }),
    ...(draft.motion && { motion: draft.motion }),
    ...(draft.firstFrame === '' ? {} : { firstFrame: draft.firstFrame }),
    ...(base !== undefined && { base }),
  };
  const forms = missing.length === 0 && declared ? [form] : [];
  const check = useFormCheck(forms);
  return (
    <View
      title="Edit a video"
      lead="lamp learns how things move in one clip, and shows something else that moves the same way."
      back={{ href: '#/new', label: 'New' }}
    >
      <div className="columns form-columns">
        <div className="stack stack-wide">
          <section className="panel" aria-labelledby="the-clip">
            <h2 id="the-clip">The clip</h2>
            <ClipChooser clip={draft.clip} onChange={(clip) => change({ clip })} />
            {learns && (
              <PromptField
                id="clip-prompt"
                label="What the clip shows"
                placeholder="a horse gallops on a beach"
                about="May be left out for a clip that has a caption."
                value={draft.clipPrompt}
                onChange={(clipPrompt) => change({ clipPrompt })}
              />
            )}
          </section>
          <section className="panel" aria-labelledby="new-look">
            <h2 id="new-look">What to show instead</h2>
            <PromptField
              id="prompt"
              label="Prompt"
              rows={2}
              placeholder="a robot gallops on the moon"
              value={draft.prompt}
              onChange={(prompt) => change({ prompt })}
            />
            <FirstFrameField
              chosen={draft.firstFrame === '' ? [] : [draft.firstFrame]}
              drawn="The clip’s own, redrawn from the prompt."
              prompt={draft.prompt}
              base={base}
              onChange={([firstFrame = '']) => change({ firstFrame })}
            />
          </section>
          <section className="panel" aria-labelledby="how">
            <h2 id="how">How</h2>
            <MotionStateField
              label="Motion"
              none="Learn it from the clip"
              about="One that was learned from this clip saves the time of learning it."
              value={draft.motion}
              onChange={(motion) => change({ motion })}
            />
            {declared && learns && (
              <Presets
                presets={presetsOf(declared)}
                values={(draft.settings.training ?? {}) as SettingValues}
                onChange={(training) =>
                  change({ settings: withSetting(draft.settings, 'training', training) })
                }
              />
            )}
            {declared && (
              <SettingFields
                settings={used}
                main={mainSettings}
                values={draft.settings}
                recommended={recommended}
                problems={check.estimate?.problems ?? []}
                onChange={(settings) => change({ settings })}
              />
            )}
            <details className="details">
              <summary>Base model{draft.base !== null && ', changed'}</summary>
              <BaseChooser value={base} onChange={(next) => change({ base: next ?? builtInBaseId })} />
            </details>
          </section>
        </div>
        <FormSide
          check={check}
          forms={forms}
          missing={missing}
          job={job}
          label="Edit the clip"
          onAdvice={(settings) => change({ settings: withValues(draft.settings, settings) })}
          onPut={(jobs) => {
            tellPut(jobs.length);
            document.getElementById('latest')?.scrollIntoView({ block: 'nearest' });
          }}
        />
      </div>
      <LatestResults kinds={['edit']} />
    </View>
  );
}

/** Presets of what the training in an edit has settings for. */
function presetsOf({ edit, presets }: ApiSettings): ApiSettings['presets'] {
  const known = edit.find(({ name }) => name === 'training')?.settings?.map(({ name }) => name) ?? [];
  return presets.filter(({ settings }) => Object.keys(settings).every((name) => known.includes(name)));
}
