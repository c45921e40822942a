/** @file Making videos: which motion, what moves, and how. */
import { useEffect } from 'react';
import { mostForms } from '../../api/form-api.ts';
import { builtInBaseId } from '../../api/identifiers.ts';
import { handedForm, handedPictures } from '../core/hand-over.ts';
import type { Route } from '../core/hash-route.ts';
import { type SettingValues, usedSettings, withValues } from '../core/setting-values.ts';
import { useAnswer } from '../core/studio-state.ts';
import { tellPut } from '../core/tell-put.ts';
import { useDraft } from '../core/use-draft.ts';
import { useFormCheck } from '../core/use-form-check.ts';
import { replaceRoute } from '../core/use-route.ts';
import { draftOf, linesOf, randomSeed, type VideoDraft, videoForms } from '../core/video-forms.ts';
import { BaseChooser } from '../parts/base-chooser.tsx';
import { Field } from '../parts/field.tsx';
import { FirstFrameField } from '../parts/first-frame-field.tsx';
import { FormSide } from '../parts/form-side.tsx';
import { LatestResults } from '../parts/latest-results.tsx';
import { MotionChooser } from '../parts/motion-chooser.tsx';
import { PromptField } from '../parts/prompt-field.tsx';
import { SeedField } from '../parts/seed-field.tsx';
import { SettingFields } from '../parts/setting-fields.tsx';
import { View } from '../parts/view.tsx';

const mainSettings = ['samplerSteps', 'sampler', 'guidance', 'frames', 'width', 'height'];

const empty: VideoDraft = {
  motions: [],
  prompt: '',
  pictures: [],
  base: null,
  seed: randomSeed(),
  keepSeed: false,
  count: 1,
  settings: {},
};

/** The view; `motion` in the address chooses one, `checkpoint` a state of its training, `form=given` takes what was handed over. */
export function NewVideoView({ query }: { readonly query: Route['query'] }) {
  const [draft, setDraft] = useDraft<VideoDraft>('video', empty);
  const { data: declared } = useAnswer('settings');
  const wanted = query.get('motion');
  const checkpoint = query.get('checkpoint');
  const given = query.get('form');
  const pictures = query.get('pictures');
  const job = query.get('job') ?? undefined;
  const change = (changes: Partial<VideoDraft>) => setDraft((before) => ({ ...before, ...changes }));
  useEffect(() => {
    if (wanted === null && given === null && pictures === null) return;
    const form = given === null ? undefined : handedForm();
    setDraft((before) => ({
      ...before,
      ...(wanted === null
        ? {}
        : { motions: [{ motion: wanted, ...(checkpoint !== null && { checkpoint }), strength: 1 }] }),
      ...(pictures === null ? {} : { pictures: handedPictures(), prompt: '' }),
      ...(form ? draftOf(form) : {}),
    }));
    replaceRoute(['new', 'video'], { job });
  }, [wanted, checkpoint, given, pictures, job, setDraft]);

  const first = draft.motions[0]?.motion;
  const { data: motion } = useAnswer('motion', first === undefined ? null : { ids: { id: first } });
  const base = draft.base ?? motion?.baseId;
  const { data: detail } = useAnswer('base', { query: { id: base ?? builtInBaseId } });
  const beside = [...(draft.pictures.length > 0 ? ['firstFrame'] : []), ...Object.keys(draft.settings)];
  const used = {
    generate: usedSettings(declared?.generate ?? [], beside),
    animate: usedSettings(declared?.animate ?? [], beside),
  };
  const hasWords = linesOf(draft.prompt).length > 0;
  const animates = !hasWords && draft.pictures.length > 0;
  const missing = [
    ...(draft.motions.length === 0 ? ['Choose a motion.'] : []),
    ...(hasWords || animates ? [] : ['Say what the video shows, or choose a picture.']),
  ];
  const forms = missing.length === 0 && declared ? videoForms(draft, base, used) : [];
  const check = useFormCheck(forms);
  const shownSettings = used[animates ? 'animate' : 'generate'].filter(({ name }) => name !== 'seed');
  return (
    <View
      title="Make a video"
      lead="Choose how things move, and say what moves."
      back={{ href: '#/new', label: 'New' }}
    >
      <div className="columns form-columns">
        <div className="stack stack-wide">
          <section className="panel" aria-labelledby="how-it-moves">
            <h2 id="how-it-moves">How it moves</h2>
            <MotionChooser chosen={draft.motions} onChange={(motions) => change({ motions })} />
          </section>
          <section className="panel" aria-labelledby="what-moves">
            <h2 id="what-moves">What moves</h2>
            <PromptField
              id="prompt"
              label="Prompt"
              rows={2}
              placeholder={motion?.prompt ? `like: ${motion.prompt}` : 'a fox runs in the snow'}
              about="Each line makes a video of its own."
              value={draft.prompt}
              onChange={(prompt) => change({ prompt })}
            />
            <FirstFrameField
              several
              chosen={draft.pictures}
              drawn="Drawn from the prompt."
              prompt={linesOf(draft.prompt)[0] ?? ''}
              base={base}
              onChange={(chosen) => change({ pictures: chosen })}
            />
            <div className="fields">
              <SeedField
                seed={draft.seed}
                keep={draft.keepSeed}
                onChange={(seed, keepSeed) => change({ seed, keepSeed })}
              />
              <Field id="count" label="Seeds for each prompt">
                <input
                  id="count"
                  className="input"
                  type="number"
                  min={1}
                  max={mostForms}
                  value={draft.count}
                  onChange={({ target }) => {
                    const count = target.valueAsNumber;
                    if (Number.isInteger(count) && count >= 1) change({ count: Math.min(mostForms, count) });
                  }}
                />
              </Field>
            </div>
          </section>
          <section className="panel" aria-labelledby="how-it-is-made">
            <h2 id="how-it-is-made">How it is made</h2>
            {declared && (
              <SettingFields
                settings={shownSettings}
                main={mainSettings}
                values={draft.settings}
                recommended={(detail?.recommended.video ?? {}) as SettingValues}
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
          label={forms.length > 1 ? `Make ${forms.length} videos` : 'Make the video'}
          onAdvice={(settings) => change({ settings: withValues(draft.settings, settings) })}
          onPut={(jobs) => {
            tellPut(jobs.length);
            if (!draft.keepSeed) change({ seed: randomSeed() });
            document.getElementById('latest')?.scrollIntoView({ block: 'nearest' });
          }}
        />
      </div>
      <LatestResults kinds={['generate', 'animate']} />
    </View>
  );
}
