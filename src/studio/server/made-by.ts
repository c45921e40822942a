/** @file From what a file of lamp's says of itself to a form that makes it again. */
import type { z } from 'zod';
import { workFormSchema } from '../api/form-api.ts';
import type { madeBySchema } from '../api/video-api.ts';
import type { Job } from '../jobs/job.ts';
import { formSettings } from './catalogue.ts';
import {
  checkpointsOf,
  type MotionItem,
  motionFile,
  motionItems,
  partOfRun,
  shownMotion,
} from './motion-shelf.ts';
import type { StudioContext } from './studio-context.ts';

type Stored = Readonly<Record<string, unknown>>;

/** See `madeBySchema`. What made it is known best by its job; else it is found by what the file says. */
export async function madeByOf(
  context: StudioContext,
  isPicture: boolean,
  stored: Stored,
  job: Job | undefined,
): Promise<z.output<typeof madeBySchema>> {
  const ofJob = workFormSchema.safeParse(job?.form);
  if (ofJob.success) return { stored: { ...stored }, form: ofJob.data, missing: [] };
  const missing: string[] = [];
  const kind = isPicture ? 'draw' : 'generate';
  const known = formSettings((await context.catalogue()).settings[kind]).map(({ name }) => name);
  const settings = Object.fromEntries(Object.entries(stored).filter(([name]) => known.includes(name)));
  const base = await baseFor(context, stored.base as Stored | undefined, missing);
  const common = { kind, prompt: String(stored.prompt ?? ''), ...(base && { base }), settings };
  if (isPicture) {
    if (stored.redrawn) missing.push('the picture that it was redrawn from');
    const form = workFormSchema.safeParse(common);
    return { stored: { ...stored }, ...(form.success && { form: form.data }), missing };
  }
  if ((stored.firstFrame as Stored | undefined)?.kind === 'picture')
    missing.push('the picture that it begins with');
  if (stored.inversion) missing.push('the clip that was edited');
  const motions = await motionsFor(context, stored.motion as Stored | undefined, missing);
  const form = workFormSchema.safeParse({ ...common, motions });
  return { stored: { ...stored }, ...(form.success && { form: form.data }), missing };
}

async function baseFor(
  { bases }: StudioContext,
  base: Stored | undefined,
  missing: string[],
): Promise<string | undefined> {
  const name = base?.name;
  const found = (await bases.list()).find((each) => each.name === name);
  if (!found && name !== undefined) missing.push(`the base "${String(name)}"`);
  return found?.id;
}

/**
 * Motions by name: a video names the file that its motion was in, or, of a run, its prompt. Of several with the same
 * name, the one with the values that were used.
 */
async function motionsFor(context: StudioContext, motion: Stored | undefined, missing: string[]) {
  const parts = (motion?.parts as Stored[] | undefined) ?? (motion ? [{ ...motion, strength: 1 }] : []);
  const items = await motionItems(context);
  const shown = await Promise.all(items.map((each) => shownMotion(context, each)));
  const chosen: { motion: string; checkpoint?: string; strength: number }[] = [];
  for (const { name, strength, sha256 } of parts) {
    const named = items.filter(({ item, kind }, i) => {
      const isNamed = item.name === name || (kind === 'run' && shown[i]!.prompt === name);
      return shown[i]!.usable && isNamed;
    });
    const found = named.length > 1 ? await withValues(context, named, sha256) : named[0];
    const state = found ? { motion: found.item.id } : await checkpointWith(context, items, name, sha256);
    if (state) chosen.push({ ...state, strength: Number(strength ?? 1) });
    else missing.push(`the motion "${String(name ?? 'without a name')}"`);
  }
  return chosen;
}

/** The checkpoint of a training that a video was made with: of those with the file's name, that with its values. */
async function checkpointWith(
  { looks }: StudioContext,
  motions: readonly MotionItem[],
  name: unknown,
  sha256: unknown,
): Promise<{ motion: string; checkpoint: string } | undefined> {
  for (const motion of motions) {
    for (const { id, usable } of motion.kind === 'run' ? await checkpointsOf(motion.item) : []) {
      const checkpoint = await partOfRun(motion, 'checkpoints', id);
      if (!usable || checkpoint.name !== name) continue;
      const found = looks.run('fingerprint', { path: checkpoint.path });
      if ((await found.catch(() => undefined)) === sha256) return { motion: motion.item.id, checkpoint: id };
    }
  }
  return undefined;
}

async function withValues({ looks }: StudioContext, motions: readonly MotionItem[], sha256: unknown) {
  for (const motion of motions) {
    const found = looks.run('fingerprint', { path: await motionFile(motion) });
    if ((await found.catch(() => undefined)) === sha256) return motion;
  }
  return undefined;
}
