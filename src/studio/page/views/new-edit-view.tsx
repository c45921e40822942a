/** @file Editing a video: its movement stays, what is seen becomes another. */
import { useEffect, useId, useState } from 'react';
import type { GivenForm, MotionState } from '../../api/form-api.ts';
import type { ApiSettings } from '../../api/setting-api.ts';
import { bringClips } from '../core/bring-clips.ts';
import { handedForm } from '../core/hand-over.ts';
import type { Route } from '../core/hash-route.ts';
import { attempt, tell } from '../core/messages.ts';
import {
  type SettingValues,
  usedSettings,
  valuesOf,
  withSetting,
  withValues,
} from '../core/setting-values.ts';
import { outdate, useAnswer } from '../core/studio-state.ts';
import { useDraft } from '../core/use-draft.ts';
import { useFormCheck } from '../core/use-form-check.ts';
import { useLook } from '../core/use-look.ts';
import { replaceRoute } from '../core/use-route.ts';
import { BaseChooser } from '../parts/base-chooser.tsx';
import { DropZone } from '../parts/drop-zone.tsx';
import { FirstFrameField } from '../parts/first-frame-field.tsx';
import { FormSide } from '../parts/form-side.tsx';
import { LatestResults } from '../parts/latest-results.tsx';
import { MotionStateField } from '../parts/motion-state-field.tsx';
import { MovingPicture } from '../parts/moving-picture.tsx';
import { Presets } from '../parts/presets.tsx';
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
  const missing = [
    ...(draft.clip === '' ? ['Choose a clip.'] : []),
    ...(draft.prompt.trim() === '' ? ['Say what is to be seen in its place.'] : []),
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
    ...(draft.base === null ? {} : { base: draft.base }),
  };
  const forms = missing.length === 0 && declared ? [form] : [];
  const check = useFormCheck(forms[0]);
  return (
    <View
      title="Edit a video"
      lead="lamp learns how things move in one clip, and shows something else that moves just so."
      back={{ href: '#/new', label: 'New' }}
    >
      <div className="columns form-columns">
        <div className="stack stack-wide">
          <section className="panel" aria-labelledby="the-clip">
            <h2 id="the-clip">The clip</h2>
            <ClipChooser clip={draft.clip} onChange={(clip) => change({ clip })} />
            {learns && (
              <div className="field">
                <label htmlFor="clip-prompt">What it shows</label>
                <input
                  id="clip-prompt"
                  className="input"
                  placeholder="a horse gallops on a beach"
                  value={draft.clipPrompt}
                  onChange={(event) => change({ clipPrompt: event.target.value })}
                />
                <p className="field-about">May be left out for a clip that has a caption.</p>
              </div>
            )}
          </section>
          <section className="panel" aria-labelledby="new-look">
            <h2 id="new-look">What is to be seen instead</h2>
            <div className="field">
              <label htmlFor="prompt">Prompt</label>
              <textarea
                id="prompt"
                className="input"
                rows={2}
                placeholder="a robot gallops on the moon"
                value={draft.prompt}
                onChange={(event) => change({ prompt: event.target.value })}
              />
            </div>
            <FirstFrameField
              chosen={draft.firstFrame === '' ? [] : [draft.firstFrame]}
              drawn="The clip’s own, redrawn from the prompt."
              prompt={draft.prompt}
              base={draft.base ?? undefined}
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
                recommended={{}}
                problems={check.estimate?.problems ?? []}
                onChange={(settings) => change({ settings })}
              />
            )}
            <details className="details">
              <summary>Base model{draft.base !== null && ', changed'}</summary>
              <BaseChooser
                value={draft.base ?? undefined}
                onChange={(base) => change({ base: base ?? null })}
              />
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
          onPut={() => document.getElementById('latest')?.scrollIntoView({ block: 'nearest' })}
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

function ClipChooser({
  clip,
  onChange,
}: {
  readonly clip: string;
  readonly onChange: (clip: string) => void;
}) {
  const id = useId();
  const { data: sets } = useAnswer('clipSets');
  const { data: videos } = useAnswer('videos', { query: { count: 200 } });
  const [bringing, setBringing] = useState(false);
  const isClip = sets?.sets.some(({ clips }) => clips.some((each) => each.id === clip)) ?? false;
  const video = videos?.videos.find((each) => each.id === clip);
  const look = useLook(isClip ? [clip] : [], {});
  const loop = video?.loop ?? look.answer?.clips[0]?.sees?.loop;
  const bring = async (files: Parameters<typeof bringClips>[0]) => {
    setBringing(true);
    try {
      const { refused } = await bringClips(files, undefined, () => {});
      for (const { problem } of refused) tell({ problem });
      outdate('clips');
    } finally {
      setBringing(false);
    }
  };
  return (
    <div className="clip">
      <div className="clip-loop">
        <MovingPicture loop={loop} still={video?.still} alt="The clip" />
      </div>
      <div className="clip-text">
        <div className="field">
          <label htmlFor={id}>Clip</label>
          <select id={id} className="input" value={clip} onChange={(event) => onChange(event.target.value)}>
            <option value="">Choose a clip…</option>
            {sets?.sets.map((set) => (
              <optgroup key={set.id} label={set.title}>
                {set.clips.map((each) => (
                  <option key={each.id} value={each.id}>
                    {each.name}
                  </option>
                ))}
              </optgroup>
            ))}
            {videos && videos.videos.length > 0 && (
              <optgroup label="Videos made here">
                {videos.videos.map((each) => (
                  <option key={each.id} value={each.id}>
                    {each.title}
                  </option>
                ))}
              </optgroup>
            )}
          </select>
        </div>
        <DropZone
          small
          label={bringing ? 'Bringing it…' : 'Bring a clip'}
          accept="video/*,image/gif,image/webp,.mkv,.mov"
          onFiles={(files) => attempt(bring(files))}
        />
      </div>
    </div>
  );
}
