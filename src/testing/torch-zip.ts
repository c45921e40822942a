/** @file Builds PyTorch files with arbitrary content for tests, including what PyTorch would never write. */
import { open } from 'node:fs/promises';
import { ZipWriter } from '../checkpoints/zip-write.ts';

/** Writes a zip file with these members, in order. */
export async function writeZip(path: string, members: Readonly<Record<string, Uint8Array>>): Promise<void> {
  const file = await open(path, 'w');
  try {
    const zip = new ZipWriter(file);
    for (const [name, content] of Object.entries(members)) await zip.add(name, [content]);
    await zip.finish();
  } finally {
    await file.close();
  }
}

/** Writes a PyTorch file around a pickle, with the storages' values by key. */
export async function writeTorchZip(
  path: string,
  pickle: Uint8Array,
  storages: Readonly<Record<string, Uint8Array>> = {},
): Promise<void> {
  const data = Object.entries(storages).map(([key, content]) => [`x/data/${key}`, content]);
  await writeZip(path, { 'x/data.pkl': pickle, ...Object.fromEntries(data) });
}
