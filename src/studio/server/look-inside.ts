/** @file What is in a file, a base model or this machine; in a process of its own. */
import { link, mkdtemp, rm } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { writeJsonAtomically } from '../../checkpoints/atomic-write.ts';
import { type ConvertMotionOptions, convertMotion } from '../../library/convert-motion.ts';
import { examineMachine } from '../../library/examine-machine.ts';
import { type Inspection, inspect } from '../../library/inspect-path.ts';
import { openBaseModel } from '../../models/base-model.ts';
import { builtInBase, builtInName } from '../../models/built-in-base.ts';
import { readMotion } from '../../motion/file/motion-file.ts';
import { motionFingerprint } from '../../motion/file/motion-fingerprint.ts';
import { wordPhrase } from '../../phrases.ts';
import { calledBy } from './called-by.ts';
import { pageVocabulary } from './page-vocabulary.ts';

/** What `inspect` says of a file. */
export function describe(path: string): Promise<Inspection> {
  return inspect({ path });
}

/** Identity of a motion's values. Throws `CheckpointError`. */
export async function fingerprint(path: string): Promise<string> {
  return motionFingerprint((await readMotion(path)).values);
}

/** Weights of the reference implementation's U-Net that were brought, and what they do not say. */
export interface ReferenceUpload {
  readonly path: string;
  readonly out: string;
  /** Folder of the base that it was trained on. */
  readonly base: string;
  /** Options of `convertMotion` for the U-Net of the reference. */
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * Makes a motion file of the weights alone. The configuration, which is in a file of its own, is that of the base,
 * since all weights must have its shapes. Throws what `convertMotion` throws.
 */
export async function convertReference({ path, out, options, ...given }: ReferenceUpload): Promise<void> {
  const base = given.base === builtInName ? builtInBase() : given.base;
  const folder = await mkdtemp(`${path}-`);
  const ending = extname(path) === '.safetensors' ? '.safetensors' : '.bin';
  const weights = join(folder, `diffusion_pytorch_model${ending}`);
  try {
    const { unet } = await openBaseModel(base);
    await link(path, weights);
    await writeJsonAtomically(join(folder, 'config.json'), unet.config);
    await convertMotion({ ...options, source: folder, out, base } as ConvertMotionOptions);
  } catch (error) {
    // Who brought one file knows of no folder.
    throw calledBy(calledBy(error, weights, path), folder, path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the page shows of a base model. */
export async function describeBase(path: string) {
  const found = await inspect({ path });
  if (found.kind !== 'base') throw new Error('this is no base model');
  const { name, recommended, vae, unet, shown, training } = found;
  const { size, training: ofTraining, video, image } = recommended;
  return {
    name,
    learns: training !== undefined,
    ...(size && { size }),
    multiple: vae.factor,
    parameters: unet.parameters,
    recommended: { training: ofTraining, video, picture: image },
    ...(shown && { shown }),
  };
}

/** What `lamp doctor` finds, in words. */
export async function doctor() {
  const { usable, findings } = await examineMachine();
  return {
    usable,
    at: new Date().toISOString(),
    findings: findings.map(({ subject, verdict, found, advice, data }) => ({
      subject,
      verdict,
      found: wordPhrase(found, pageVocabulary),
      advice: advice.map((sentence) => wordPhrase(sentence, pageVocabulary)),
      ...(data && { data: { ...data } }),
    })),
  };
}
