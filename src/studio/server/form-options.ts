/** @file From a form of the page to the options of the library's call: identifiers become paths, here and only here. */
import type { MotionState, WorkForm } from '../api/form-api.ts';
import type { JobKind } from '../jobs/job.ts';
import { formSettings } from './catalogue.ts';
import { findClipsOf } from './clip-shelf.ts';
import { findMotion, motionFile, partOfRun } from './motion-shelf.ts';
import { RequestError } from './request-error.ts';
import type { StudioContext } from './studio-context.ts';
import { findPicture, findVideo, shownPicture, videoItems } from './video-shelf.ts';

/** A call of the library, as a job keeps it. */
export interface FormCall {
  readonly kind: JobKind;
  readonly options: Readonly<Record<string, unknown>>;
  /** Where the base is; absent if it would have to be downloaded. */
  readonly basePath: string | undefined;
  readonly title: string | undefined;
}

/** What a form asks for. Throws `RequestError` for what is not there, and for settings that are not the form's. */
export async function callOfForm(context: StudioContext, form: WorkForm): Promise<FormCall> {
  const { kind, settings, title } = form;
  const known = formSettings((await context.catalogue()).settings[kind]).map(({ name }) => name);
  const strange = Object.keys(settings).find(
    (name) => !known.includes(name) && !(kind === 'learn' && name === 'preset'),
  );
  if (strange !== undefined) {
    throw new RequestError(400, `"${strange}" is no setting of this form`, [`It has: ${known.join(', ')}.`]);
  }
  const base = form.base === undefined ? undefined : await context.bases.find(form.base);
  return {
    kind,
    options: { ...(await ownOptions(context, form)), ...(base && { base: base.choice }), ...settings },
    basePath: base ? base.path : 'built-in',
    title: title ?? (await usualTitle(context, form)),
  };
}

/** A name for what somebody gave none: its prompt; an animated picture without one is called what the picture is. */
async function usualTitle(context: StudioContext, form: WorkForm): Promise<string | undefined> {
  if ('prompt' in form && form.prompt !== undefined && form.prompt !== '') return form.prompt;
  if (form.kind !== 'animate') return undefined;
  return shownPicture(context, await context.jobs.byId(), await findPicture(context, form.picture)).title;
}

async function ownOptions(context: StudioContext, form: WorkForm): Promise<Record<string, unknown>> {
  const given = (name: 'prompt' | 'clipPrompt') => {
    const text = (form as Partial<Record<typeof name, string>>)[name];
    return text === undefined || text.trim() === '' ? {} : { [name]: text };
  };
  const motions = async () => {
    if (!('motions' in form)) return {};
    const paths = form.motions.map(async ({ strength, ...state }) => ({
      motion: await stateFile(context, state),
      strength,
    }));
    return { motions: await Promise.all(paths) };
  };
  switch (form.kind) {
    case 'learn': {
      const clips = await findClipsOf(
        context,
        form.clips.map(({ id }) => id),
      );
      const parts = form.clips.flatMap(({ part }, i) => (part ? [[clips[i]!.item.path, part]] : []));
      const paths = (heldOut: boolean) =>
        clips.flatMap(({ item }, i) => ((form.clips[i]!.heldOut ?? false) === heldOut ? [item.path] : []));
      return {
        clips: paths(false),
        ...(paths(true).length > 0 && { heldOut: paths(true) }),
        ...(parts.length > 0 && { clipParts: Object.fromEntries(parts) }),
        ...given('prompt'),
        ...(form.startFrom && { startFrom: await stateFile(context, form.startFrom) }),
      };
    }
    case 'generate':
      return { ...(await motions()), ...given('prompt'), ...(await firstFrame(context, form)) };
    case 'animate':
      return {
        picture: (await findPicture(context, form.picture)).path,
        ...(await motions()),
        ...given('prompt'),
      };
    case 'edit':
      return {
        clip: await clipOrVideo(context, form.clip),
        ...given('prompt'),
        ...given('clipPrompt'),
        ...(form.motion && { motion: await stateFile(context, form.motion) }),
        ...(await firstFrame(context, form)),
      };
    case 'draw':
      return {
        ...given('prompt'),
        ...(form.from !== undefined && { from: (await findPicture(context, form.from)).path }),
      };
  }
}

/** The file of a motion, or of a checkpoint of its training. */
export async function stateFile(
  context: StudioContext,
  { motion, checkpoint }: MotionState,
): Promise<string> {
  const found = await findMotion(context, motion);
  if (checkpoint === undefined) return motionFile(found);
  return (await partOfRun(found, 'checkpoints', checkpoint)).path;
}

async function firstFrame(
  context: StudioContext,
  { firstFrame, firstFrameBase }: { firstFrame?: string | undefined; firstFrameBase?: string | undefined },
): Promise<Record<string, unknown>> {
  return {
    ...(firstFrame !== undefined && { firstFrame: (await findPicture(context, firstFrame)).path }),
    ...(firstFrameBase !== undefined && {
      firstFrameBase: (await context.bases.find(firstFrameBase)).choice,
    }),
  };
}

/** The path of a clip or a video. Throws `RequestError` where there is neither. */
export async function clipOrVideo(context: StudioContext, id: string): Promise<string> {
  const isVideo = (await videoItems(context)).some((item) => item.id === id);
  return isVideo ? (await findVideo(context, id)).path : (await findClipsOf(context, [id]))[0]!.item.path;
}
