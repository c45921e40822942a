/** @file Generators of videos that stay compiled from one request to the next, as far as memory goes. */

import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { basename, join } from 'node:path';
import { readText, refuseToRead } from '../../checkpoints/json-file.ts';
import { readUserFile } from '../../checkpoints/user-file.ts';
import { DeviceError } from '../../errors.ts';
import type { WorkOptions } from '../../events.ts';
import { sizeOf } from '../../graph/host-tensor.ts';
import { type BaseModel, baseIdentity } from '../../models/base-model.ts';
import { motionFingerprint } from '../../motion/file/motion-fingerprint.ts';
import { generatorForMotions, type MotionGeneratorOptions, tellDifferences } from './loaded-motions.ts';
import type { VideoGenerator, VideoRequest } from './video-request.ts';

/** Where generators come from. */
export interface Generators {
  /**
   * Hands on a generator for motions and requests like this one; it must not be used afterwards. Throws what
   * `generatorForMotions` throws, and what `use` does.
   */
  with<T>(
    options: MotionGeneratorOptions,
    request: VideoRequest,
    work: WorkOptions,
    use: (generator: VideoGenerator) => Promise<T>,
  ): Promise<T>;
  /** Frees all that are kept; others may be asked for afterwards. */
  free(): Promise<void>;
}

/** A new generator for each request, freed when it is answered. */
export const newGenerators: Generators = {
  async with(options, request, work, use) {
    const generator = await generatorForMotions(options, request, work);
    try {
      return await use(generator);
    } finally {
      await generator.dispose();
    }
  },
  free: async () => {},
};

/** How much is kept. */
export interface KeepOptions {
  /** Memory in bytes that all of them may take; a quarter of the machine's, or of the container's, unless told. */
  readonly bytes?: number;
  /** How many at most; 8 unless told. */
  readonly most?: number;
}

interface Kept {
  readonly generator: VideoGenerator;
  bytes: number;
}

/**
 * Keeps the generators used last. One is used again where the contents of base and motions, strengths, shape and
 * device are the same: what was rewritten under the same path is another. One that takes too much alone is freed when
 * its request is answered. Requests must come one after another.
 */
export function keptGenerators({ bytes = quarterOfMemory(), most = 8 }: KeepOptions = {}): Generators {
  /** By `keyOf`, the one that was used last at the end. */
  const kept = new Map<string, Kept>();
  const drop = async (key: string) => {
    const { generator } = kept.get(key)!;
    kept.delete(key);
    await generator.dispose();
  };
  const makeRoom = async (forBytes: number, forCount: number) => {
    const taken = () => [...kept.values()].reduce((sum, each) => sum + each.bytes, 0);
    while (kept.size > 0 && (taken() + forBytes > bytes || kept.size + forCount > most)) {
      await drop(kept.keys().next().value!);
    }
  };
  /** The one that is there, as if it were new to whoever asks. */
  const again = async (
    { generator }: Kept,
    options: MotionGeneratorOptions,
    request: VideoRequest,
    work: WorkOptions,
  ) => {
    generator.check(request);
    await tellDifferences(options, request, work);
    generator.tellAgain();
    return generator;
  };
  return {
    async with(options, request, work, use) {
      const key = await keyOf(options);
      const known = kept.get(key);
      const before = process.memoryUsage.rss();
      const least = leastBytes(options.base);
      if (!known) await makeRoom(least, 1);
      const generator = known
        ? await again(known, options, request, work)
        : await generatorForMotions(options, request, work);
      kept.delete(key);
      kept.set(key, known ?? { generator, bytes: least });
      try {
        return await use(generator);
      } catch (error) {
        // What a device could not do, it may do after a new start.
        if (error instanceof DeviceError) await drop(key);
        throw error;
      } finally {
        const entry = kept.get(key);
        if (entry) entry.bytes = Math.max(entry.bytes, process.memoryUsage.rss() - before);
        await makeRoom(0, 0);
      }
    },
    async free() {
      for (const key of [...kept.keys()]) await drop(key);
    },
  };
}

/**
 * Four U-Nets (of pictures and of videos, for guidance and without) and the VAE, in 32-bit floats: what is there at
 * least.
 */
function leastBytes({ unet, vae }: BaseModel): number {
  const parameters = ({ weights }: BaseModel['unet'] | BaseModel['vae']) =>
    [...weights.shapes.values()].reduce((sum, shape) => sum + sizeOf(shape), 0);
  return 4 * (4 * parameters(unet) + parameters(vae));
}

function quarterOfMemory(): number {
  return Math.min(totalmem(), process.constrainedMemory?.() || Number.POSITIVE_INFINITY) / 4;
}

/** What a generator depends on, and nothing else: the contents of files, not where they lie. */
async function keyOf({
  motions,
  base,
  shape,
  device,
  useRecommended,
}: MotionGeneratorOptions): Promise<string> {
  const ofMotions = motions.map(({ path, info, values, strength }) => [
    basename(path),
    info,
    motionFingerprint(values),
    strength,
  ]);
  const all = [await contentOf(base), ofMotions, shape, device, useRecommended];
  return createHash('sha256').update(JSON.stringify(all)).digest('hex');
}

async function contentOf(base: BaseModel): Promise<unknown> {
  const { unet, vae, textEncoder, schedulerConfig, settings } = base;
  // The identity is made of samples of the weights; a change between them shows in the time.
  const times = [unet, vae, textEncoder].map(async ({ weights }) => (await stat(weights.path)).mtimeMs);
  const { path: _, ...recommended } = settings;
  return [
    await baseIdentity(base),
    await Promise.all(times),
    [unet.config, vae.config, textEncoder.config, recommended],
    typeof schedulerConfig === 'string'
      ? await readText(schedulerConfig, "the scheduler's settings")
      : schedulerConfig,
    await hashOfFiles(join(base.folder, 'tokenizer')),
  ];
}

/** SHA-256 over the files of a folder; of a folder that is not there, over none. */
async function hashOfFiles(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(folder).catch(() => [])).sort()) {
    const path = join(folder, name);
    const content = await readUserFile(path, refuseToRead('the file', path)).catch(() => '');
    hash.update(`${name} ${content.length} `).update(content);
  }
  return hash.digest('hex');
}
