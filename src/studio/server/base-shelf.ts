/** @file The base models that can be chosen: included, in the studio, in given folders, in the hub's cache. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { exists } from '../../checkpoints/exists.ts';
import { hubCacheFolder } from '../../hub/hub-cache.ts';
import type { ApiBase } from '../api/base-api.ts';
import { builtInBaseId } from '../api/identifiers.ts';
import type { StudioFolder } from '../studio-folder.ts';
import { itemId } from './item-id.ts';
import { notHere } from './request-error.ts';

/** A base model, and where it is. */
export interface BaseItem extends ApiBase {
  /** What the library takes as `base`. */
  readonly choice: string;
  /** Where its files are. */
  readonly path: string;
}

/** The base models of a studio. */
export interface Bases {
  list(): Promise<BaseItem[]>;
  /**
   * The one with an identifier; one on the hub that is not in the cache has no `path`. Throws `RequestError` where
   * there is none.
   */
  find(id: string): Promise<Pick<BaseItem, 'id' | 'name' | 'choice'> & { readonly path?: string }>;
}

/** The bases of a studio. */
export function basesOf({ bases }: Pick<StudioFolder, 'bases'>, folders: readonly string[]): Bases {
  const list = async (): Promise<BaseItem[]> => {
    const builtIn: BaseItem = {
      id: builtInBaseId,
      name: 'built-in',
      where: 'built-in',
      choice: builtInBaseId,
      path: builtInBaseId,
    };
    const own = await modelsIn(bases, 'studio');
    const others = await Promise.all(folders.map((folder) => modelsIn(resolve(folder), 'folder')));
    const all = [builtIn, ...own, ...others.flat(), ...(await cached())];
    return [...new Map(all.map((base) => [base.id, base])).values()];
  };
  return {
    list,
    async find(id) {
      const found = (await list()).find((base) => base.id === id);
      if (found) return found;
      if (id.startsWith('hub:')) return { id, name: id.slice(4), choice: id };
      throw notHere('base model');
    },
  };
}

/** The models in a folder, or the folder itself if it is one. Links are followed: whoever put them there meant them. */
async function modelsIn(folder: string, where: 'studio' | 'folder'): Promise<BaseItem[]> {
  const base = (path: string, bytes?: number): BaseItem => {
    const [id, name] = [itemId(path), basename(path)];
    return { id, name, where, choice: path, path, ...(bytes !== undefined && { bytes }) };
  };
  if (await exists(join(folder, 'model_index.json'))) return [base(folder)];
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names.sort().map(async (name) => {
      const path = join(folder, name);
      if (await exists(join(path, 'model_index.json'))) return [base(path)];
      if (!['.safetensors', '.ckpt'].includes(extname(name).toLowerCase())) return [];
      const { size } = await stat(path).catch(() => ({ size: 0 }));
      return size > 0 ? [base(path, size)] : [];
    }),
  );
  return found.flat();
}

/** The models in the hub's cache. */
async function cached(): Promise<BaseItem[]> {
  const folder = hubCacheFolder();
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith('models--'));
  const found = await Promise.all(
    names.sort().map(async (name): Promise<BaseItem[]> => {
      const [, owner, model, ...more] = name.split('--');
      if (owner === undefined || model === undefined) return [];
      const title = `${owner}/${[model, ...more].join('--')}`;
      const commit = await readFile(join(folder, name, 'refs', 'main'), 'utf8').catch(() => '');
      const path = join(folder, name, 'snapshots', commit.trim());
      if (!/^[0-9a-f]{40}$/.test(commit.trim()) || !(await exists(join(path, 'model_index.json')))) return [];
      return [{ id: `hub:${title}`, name: title, where: 'cache', choice: `hub:${title}`, path }];
    }),
  );
  return found.flat();
}
