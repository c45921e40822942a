/** @file From what somebody fills in to the forms of videos: prompts × pictures × seeds. */
import type { GivenForm, MotionState } from '../../api/form-api.ts';
import { mostForms } from '../../api/form-api.ts';
import type { ApiSetting } from '../../api/setting-api.ts';
import { type SettingValues, valuesOf } from './setting-values.ts';

/** A motion, or the state of its training at a checkpoint, and its strength. */
export interface ChosenMotion extends MotionState {
  readonly strength: number;
}

/** What is filled in to make videos. */
export interface VideoDraft {
  readonly motions: readonly ChosenMotion[];
  /** One prompt a line. */
  readonly prompt: string;
  /** First frames; none: drawn from the prompt. */
  readonly pictures: readonly string[];
  /** The base; `null`: that of the motion. */
  readonly base: string | null;
  readonly seed: number;
  /** Whether the seed stays for the next video. */
  readonly keepSeed: boolean;
  /** How many seeds. */
  readonly count: number;
  readonly settings: SettingValues;
}

/** The lines of a text that say something. */
export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/**
 * The forms of all videos, at most as many as one request takes. Pictures without a prompt are animated, with the
 * motion's. `used` are the settings that each kind of form has.
 */
export function videoForms(
  draft: VideoDraft,
  base: string | undefined,
  used: Readonly<Record<'generate' | 'animate', readonly ApiSetting[]>>,
): GivenForm[] {
  const prompts = linesOf(draft.prompt);
  const kind = prompts.length === 0 && draft.pictures.length > 0 ? 'animate' : 'generate';
  const { seed: _, ...settings } = valuesOf(used[kind], draft.settings);
  const forms: GivenForm[] = [];
  for (const prompt of kind === 'animate' ? [undefined] : prompts) {
    for (const picture of draft.pictures.length > 0 ? draft.pictures : [undefined]) {
      for (let i = 0; i < draft.count && forms.length < mostForms; i++) {
        const common = {
          motions: draft.motions.map((each) => ({ ...each })),
          settings: { ...settings, seed: draft.seed + i } as GivenForm['settings'] & object,
          ...(base === undefined ? {} : { base }),
        };
        if (prompt === undefined) forms.push({ kind: 'animate', ...common, picture: picture! });
        else {
          const first = picture === undefined ? {} : { firstFrame: picture };
          forms.push({ kind: 'generate', ...common, prompt, ...first });
        }
      }
    }
  }
  return forms;
}

/** What is to be filled in so that a form comes out. */
export function draftOf(form: GivenForm): Partial<VideoDraft> {
  if (form.kind !== 'generate' && form.kind !== 'animate') return {};
  const { seed, ...settings } = (form.settings ?? {}) as SettingValues;
  const picture = form.kind === 'animate' ? form.picture : form.firstFrame;
  return {
    motions: form.motions.map(({ motion, checkpoint, strength = 1 }) => ({
      motion,
      ...(checkpoint !== undefined && { checkpoint }),
      strength,
    })),
    prompt: form.prompt ?? '',
    pictures: picture === undefined ? [] : [picture],
    base: form.base ?? null,
    settings,
    count: 1,
    ...(typeof seed === 'number' ? { seed, keepSeed: true } : {}),
  };
}

/** A seed that nobody has chosen. */
export function randomSeed(): number {
  return Math.floor(Math.random() * 1_000_000);
}
