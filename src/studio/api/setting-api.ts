/** @file Settings as the page shows them, all from the library's one declaration. */
import { z } from 'zod';
import { settingValuesSchema } from './identifiers.ts';

/** A setting: see `SettingDescription` of the library. */
export interface ApiSetting {
  readonly name: string;
  readonly description: string;
  /** Possible values in words: `a number from 0 to 1`. */
  readonly expected: string;
  /** Possible values as JSON Schema. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly choices?:
    | readonly { readonly value: string; readonly description?: string | undefined }[]
    | undefined;
  readonly unit?: string | undefined;
  readonly default?: unknown;
  /** The default in words. */
  readonly usual?: string | undefined;
  readonly group?: string | undefined;
  readonly required: boolean;
  /** Whether the base may recommend another default (`recommended` in `baseSchema`). */
  readonly recommendable: boolean;
  /** Another setting without which, or together with which, it is refused. */
  readonly onlyWith?: string | undefined;
  readonly onlyWithout?: string | undefined;
  /** Of an object, its settings. */
  readonly settings?: readonly ApiSetting[] | undefined;
}

/** See `ApiSetting`. */
export const settingSchema: z.ZodType<ApiSetting> = z.lazy(() =>
  z.object({
    name: z.string(),
    description: z.string(),
    expected: z.string(),
    schema: z.record(z.string(), z.unknown()),
    choices: z.array(z.object({ value: z.string(), description: z.string().optional() })).optional(),
    unit: z.string().optional(),
    default: z.unknown().optional(),
    usual: z.string().optional(),
    group: z.string().optional(),
    required: z.boolean(),
    recommendable: z.boolean(),
    onlyWith: z.string().optional(),
    onlyWithout: z.string().optional(),
    settings: z.array(settingSchema).optional(),
  }),
);

/** A named set of values for a form. */
export const presetSchema = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  settings: settingValuesSchema,
});

const list = z.array(settingSchema);

/**
 * The settings of each form that go into its `settings`. Those that a form has fields for (prompt, clips, motions,
 * base, first frame) and those that the server sets (paths) are not among them.
 */
export const settingsSchema = z.object({
  learn: list,
  generate: list,
  animate: list,
  edit: list,
  draw: list,
  /** Of looking at clips: the frames that a training will see. */
  look: list,
  presets: z.array(presetSchema),
});

/** See `settingsSchema`. */
export type ApiSettings = z.output<typeof settingsSchema>;
