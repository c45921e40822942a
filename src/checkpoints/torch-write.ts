/** @file Writes PyTorch files in the format of version 1.6 and later: a state_dict for `torch.load`. */

import { CheckpointError } from '../errors.ts';
import { sizeOf } from '../graph/host-tensor.ts';
import { writeAtomically } from './atomic-write.ts';
import { pickleStateDict } from './pickle-write.ts';
import { tensorBytes, type WritableTensor, type WriteOptions } from './writable-tensor.ts';
import { ZipWriter } from './zip-write.ts';

/** The folder inside the zip file; PyTorch accepts any name. */
const FOLDER = 'archive';

const storages = { float32: 'FloatStorage', float16: 'HalfStorage', bfloat16: 'BFloat16Storage' } as const;

/**
 * Writes named tensors to the PyTorch file `path`, in the order given, atomically; one of them is in memory at a time.
 * The bytes depend only on the arguments. Throws `StorageError` when the file system refuses, `CheckpointError` for a
 * name given twice or a value that `float16` cannot hold.
 */
export async function writeTorchFile(
  path: string,
  tensors: Iterable<readonly [name: string, tensor: WritableTensor]>,
  options: WriteOptions = {},
): Promise<void> {
  const list = [...tensors];
  const seen = new Set<string>();
  for (const [name] of list) {
    if (seen.has(name)) {
      throw new CheckpointError({
        found: `cannot write "${path}": the name "${name}" is given twice`,
        advice: 'Rename it.',
      });
    }
    seen.add(name);
  }
  const pickle = pickleStateDict(
    list.map(([name, { dtype, shape }], i) => ({
      name,
      shape,
      storage: dtype === 'int64' ? 'LongStorage' : storages[options.dtype ?? 'float32'],
      key: String(i),
      count: sizeOf(shape),
    })),
  );
  await writeAtomically(path, async (file) => {
    const zip = new ZipWriter(file);
    await zip.add(`${FOLDER}/data.pkl`, [pickle]);
    await zip.add(`${FOLDER}/byteorder`, [Buffer.from('little')]);
    for (const [i, [name, tensor]] of list.entries()) {
      const pieces: Uint8Array[] = [];
      for await (const piece of tensorBytes(name, tensor, options, path)) pieces.push(piece);
      await zip.add(`${FOLDER}/data/${i}`, pieces);
    }
    await zip.add(`${FOLDER}/version`, [Buffer.from('3\n')]);
    await zip.finish();
  });
}
