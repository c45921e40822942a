/** @file References from an ONNX model's initialisers to external weight files, relative to one folder. */
import { dirname, isAbsolute, relative, sep } from 'node:path';
import type { StoredTensor } from '../graph/tensor.ts';
import type { TensorProto } from './onnx-format.ts';

/**
 * Writes the location of its values into each initialiser and returns the deepest common folder of the files, which
 * ONNX Runtime must be given; `undefined` when there are none. Throws `RangeError` when files are on different drives.
 */
export function placeStored(initializers: ReadonlyMap<TensorProto, StoredTensor>): string | undefined {
  const folder = commonFolder([...initializers.values()].map(({ path }) => path));
  for (const [initializer, { path, offset, byteLength }] of initializers) {
    initializer.externalData = [
      { key: 'location', value: relative(folder!, path).replaceAll(sep, '/') },
      { key: 'offset', value: String(offset) },
      { key: 'length', value: String(byteLength) },
    ];
  }
  return folder;
}

function commonFolder(paths: readonly string[]): string | undefined {
  const [first, ...others] = new Set(paths.map(dirname));
  let folder = first;
  for (const other of others) {
    while (folder !== undefined && !isInside(other, folder)) {
      if (dirname(folder) === folder) {
        throw new RangeError(`one graph cannot use weights from two drives: ${first} and ${other}`);
      }
      folder = dirname(folder);
    }
  }
  return folder;
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
