/** @file What is filled in to teach a motion, and the form that comes of it. */
import type { ClipPart, LookAnswer } from '../../api/clip-api.ts';
import type { GivenForm, MotionState } from '../../api/form-api.ts';
import type { AnswerOf } from '../../api/routes.ts';
import type { ApiSetting } from '../../api/setting-api.ts';
import { type SettingValues, usedSettings, valuesOf } from './setting-values.ts';

/** Clips that are taught with. */
export type ClipSet = AnswerOf<'clipSets'>['sets'][number];

/** A form that teaches. */
export type LearnForm = Extract<GivenForm, { readonly kind: 'learn' }>;

/** What is chosen about clips, by their identifiers. */
export interface ClipChoices {
  /** Not used at all. */
  readonly left: readonly string[];
  /** Not learned from: the loss on them is measured. */
  readonly heldOut: readonly string[];
  /** Parts that were chosen here, in place of what stands in the list of the clips. */
  readonly parts: Readonly<Record<string, ClipPart>>;
}

/** What is filled in. */
export interface LearnDraft extends ClipChoices {
  readonly title: string;
  readonly prompt: string;
  /** The base; `null`: that of the motion that it begins with, else the built-in model. */
  readonly base: string | null;
  readonly settings: SettingValues;
  /** A motion that the training begins with; `null`: the image model alone. */
  readonly startFrom: MotionState | null;
}

/** Nothing is filled in. */
export const emptyLearnDraft: LearnDraft = {
  title: '',
  prompt: '',
  base: null,
  settings: {},
  startFrom: null,
  left: [],
  heldOut: [],
  parts: {},
};

/** What is to be filled in so that a form comes out. */
export function learnDraftOf(form: LearnForm, { clips }: ClipSet): LearnDraft {
  return {
    title: form.title ?? '',
    prompt: form.prompt ?? '',
    base: form.base ?? null,
    settings: (form.settings ?? {}) as SettingValues,
    startFrom: form.startFrom ?? null,
    left: clips.flatMap(({ id }) => (form.clips.some((clip) => clip.id === id) ? [] : [id])),
    heldOut: form.clips.flatMap(({ id, heldOut }) => (heldOut ? [id] : [])),
    parts: Object.fromEntries(form.clips.flatMap(({ id, part }) => (part ? [[id, part]] : []))),
  };
}

/** What a draft means. */
export interface Learning {
  /** Clips that are used, those of them that are held out, and those without a caption. */
  readonly used: ClipSet['clips'];
  readonly heldOut: ClipSet['clips'];
  readonly uncaptioned: ClipSet['clips'];
  /** The settings that have an effect. */
  readonly settings: readonly ApiSetting[];
  /** What is still to be done, in words. */
  readonly missing: readonly string[];
  readonly form: LearnForm;
}

/** The form of a draft, and what it lacks. `look` is what was found about the clips, as far as it is known. */
export function learningOf(
  draft: LearnDraft,
  set: ClipSet,
  declared: readonly ApiSetting[],
  { base, look }: { readonly base: string | undefined; readonly look: LookAnswer | undefined },
): Learning {
  const prompt = draft.prompt.trim();
  const used = set.clips.filter(({ id }) => !draft.left.includes(id));
  const heldOut = used.filter(({ id }) => draft.heldOut.includes(id));
  const seenCaption = (id: string) => look?.clips.find(({ clip }) => clip === id)?.caption;
  const uncaptioned = used.filter(({ id, caption }) => !(caption ?? seenCaption(id)));
  const unreadable = used.filter(({ id }) => look?.unreadable.some(({ clip }) => clip === id));
  const short = used.filter(({ id }) => look?.clips.some(({ clip, usable }) => clip === id && !usable));
  const beside = [...(heldOut.length > 0 ? ['heldOut'] : []), ...Object.keys(draft.settings)];
  const settings = usedSettings(declared, beside);
  const missing = [
    ...(used.length === 0 ? ['Choose at least one clip.'] : []),
    ...(used.length > 0 && used.length === heldOut.length ? ['Leave at least one clip to learn from.'] : []),
    ...(prompt === '' && uncaptioned.length > 0 ? ['Say what the clips show, or give each a caption.'] : []),
    ...(unreadable.length > 0
      ? [`Leave out what cannot be read: ${unreadable.map(({ name }) => name).join(', ')}.`]
      : []),
    ...(short.length > 0
      ? [`Leave out what is too short, or take fewer frames: ${short.map(({ name }) => name).join(', ')}.`]
      : []),
  ];
  const form: LearnForm = {
    kind: 'learn',
    clips: used.map(({ id }) => ({
      id,
      ...(draft.parts[id] && { part: draft.parts[id] }),
      ...(draft.heldOut.includes(id) && { heldOut: true }),
    })),
    title: draft.title.trim() || set.title,
    settings: valuesOf(settings, draft.settings) as LearnForm['settings'] & object,
    ...(prompt !== '' && { prompt }),
    ...(base !== undefined && { base }),
    ...(draft.startFrom && { startFrom: draft.startFrom }),
  };
  return { used, heldOut, uncaptioned, settings, missing, form };
}
