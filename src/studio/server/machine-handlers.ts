/** @file Answers about the studio, its settings and bases, the machine, the disk and the trash. */
import { statfs } from 'node:fs/promises';
import { basename } from 'node:path';
import { packageVersion } from '../../versions.ts';
import { pageSettings } from './catalogue.ts';
import type { SomeHandlers } from './handlers.ts';
import { problemOf } from './request-error.ts';
import { bytesIn } from './shelf.ts';
import type { StudioContext } from './studio-context.ts';
import { forget, listTrash, restore } from './trash.ts';

/** See the file. */
export function machineHandlers(
  context: StudioContext,
): SomeHandlers<
  'studio' | 'events' | 'settings' | 'bases' | 'base' | 'doctor' | 'disk' | 'trash' | 'restore' | 'forget'
> {
  const { folder, id, limits, hub, looks, bases, catalogue, touched } = context;
  /** One examination for all who ask at the same time. */
  let counted: { readonly at: number; readonly sizes: ReturnType<typeof sizesOf> } | undefined;
  let examining: ReturnType<typeof looks.run<'doctor'>> | undefined;
  return {
    studio: async () => ({
      id,
      name: basename(folder.root),
      version: packageVersion,
      limits: { ...limits },
    }),
    events: async () => hub.open(),
    settings: async () => pageSettings(await catalogue()),
    bases: async () => ({
      bases: (await bases.list()).map(({ id, name, where, bytes }) => ({
        id,
        name,
        where,
        ...(bytes !== undefined && { bytes }),
      })),
    }),
    async base({ query }) {
      const { id, name, path } = await bases.find(query.id);
      const empty = { id, name, learns: false, recommended: { training: {}, video: {}, picture: {} } };
      if (path === undefined) {
        const advice = 'It is downloaded when a job needs it.';
        const message = `"${name}" is not on this machine yet`;
        return {
          ...empty,
          problem: { kind: 'RequestError', message: `${message}. ${advice}`, advice: [advice] },
        };
      }
      const found = await looks.run('base', { path }).catch((error: unknown) => error as Error);
      if (found instanceof Error) return { ...empty, problem: problemOf(found) };
      const { recommended, ...facts } = found;
      return { ...facts, id, name, recommended: recommended as typeof empty.recommended };
    },
    doctor() {
      examining ??= looks.run('doctor', {}).finally(() => {
        examining = undefined;
      });
      return examining;
    },
    async disk() {
      const { bavail, blocks, bsize } = await statfs(folder.root);
      if (!counted || Date.now() - counted.at > 2000) counted = { at: Date.now(), sizes: sizesOf(folder) };
      return { free: bavail * bsize, whole: blocks * bsize, studio: await counted.sizes };
    },
    trash: async () => ({ entries: await listTrash(folder) }),
    async restore({ ids }) {
      await restore(folder, ids.id!);
      touched();
      return { done: true };
    },
    async forget({ ids }) {
      const freed = await forget(folder, ids.id!);
      touched();
      return { freed };
    },
  };
}

/** Bytes in each part of the studio. */
async function sizesOf(folder: StudioContext['folder']) {
  const parts = ['motions', 'videos', 'clips', 'pictures', 'bases', 'jobs', 'trash', 'cache'] as const;
  const sizes = await Promise.all(parts.map(async (part) => [part, await bytesIn(folder[part])] as const));
  return Object.fromEntries(sizes) as Record<(typeof parts)[number], number>;
}
