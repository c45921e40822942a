/** @file A cache of compiled video generators, limited by memory. */

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
import { runningDefaults } from '../../runtime/running-settings.ts';
import { generatorForMotions, type MotionGeneratorOptions, tellDifferences } from './loaded-motions.ts';
import type { VideoGenerator, VideoRequest } from './video-request.ts';

/** A source of generators. */
export interface Generators {
  /**
   * Calls `use` with a generator for these motions and requests like this one; the generator must not be used
   * afterwards. Throws what `generatorForMotions` and `use` throw.
   */
  with<T>(
    options: MotionGeneratorOptions,
    request: VideoRequest,
    work: WorkOptions,
    use: (generator: VideoGenerator) => Promise<T>,
  ): Promise<T>;
  /** Frees all cached generators; new ones can be requested afterwards. */
  free(): Promise<void>;
}

/** Makes a new generator for each request and frees it afterwards. */
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

/** Limits of the cache. */
export interface KeepOptions {
  /** Memory limit for all of them in bytes; default a quarter of the machine's or the container's memory. */
  readonly bytes?: number;
  /** Largest number of generators; default 8. */
  readonly most?: number;
}

interface Kept {
  readonly generator: VideoGenerator;
  bytes: number;
}

/**
 * Keeps the most recently used generators. A generator is reused if the contents of base and motions, the strengths,
 * the shape and the device are the same; a file rewritten under the same path counts as different. A generator that
 * exceeds the limit on its own is freed after its request. Requests must not overlap.
 */
export function keptGenerators({ bytes = quarterOfMemory(), most = 8 }: KeepOptions = {}): Generators {
  /** By `keyOf`, in order of last use. */
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
  /** The cached generator, reset so that it behaves like a new one. */
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
        // After a device failure, a newly compiled generator may work.
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
 * A lower bound of the memory: four U-Nets (image and video, with and without guidance) and the VAE in 32-bit floats.
 */
function leastBytes({ unet, vae }: BaseModel): number {
  const parameters = ({ weights }: BaseModel['unet'] | BaseModel['vae']) =>
    [...weights.shapes.values()].reduce((sum, shape) => sum + sizeOf(shape), 0);
  return 4 * (4 * parameters(unet) + parameters(vae));
}

function quarterOfMemory(): number {
  return Math.min(totalmem(), process.constrainedMemory?.() || Number.POSITIVE_INFINITY) / 4;
}

/** Everything that a generator depends on: the contents of files, not their paths. */
async function keyOf({
  motions,
  base,
  shape,
  device,
  memory = runningDefaults.memory,
  useRecommended,
}: MotionGeneratorOptions): Promise<string> {
  const ofMotions = motions.map(({ path, info, values, strength }) => [
    basename(path),
    info,
    motionFingerprint(values),
    strength,
  ]);
  const all = [await contentOf(base), ofMotions, shape, device, memory, useRecommended];
  return createHash('sha256').update(JSON.stringify(all)).digest('hex');
}

async function contentOf(base: BaseModel): Promise<unknown> {
  const { unet, vae, textEncoder, schedulerConfig, settings } = base;
  // The fingerprint covers only samples of the weights; the modification time reveals changes between them.
  const times = [unet, vae, textEncoder].map(async ({ weights }) => (await stat(weights.path)).mtimeMs);
  const { path: _, ...recommended } = settings;
  return [
    await baseIdentity(base),
    await Promise.all(times),
    unet.weights.precision,
    [unet.config, vae.config, textEncoder.config, recommended],
    typeof schedulerConfig === 'string'
      ? await readText(schedulerConfig, "the scheduler's settings")
      : schedulerConfig,
    await hashOfFiles(join(base.folder, 'tokenizer')),
  ];
}

/** SHA-256 over the files of a folder; a missing folder counts as empty. */
async function hashOfFiles(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(folder).catch(() => [])).sort()) {
    const path = join(folder, name);
    const content = await readUserFile(path, refuseToRead('the file', path)).catch(() => '');
    hash.update(`${name} ${content.length} `).update(content);
  }
  return hash.digest('hex');
}
