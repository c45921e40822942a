/** @file The reader of whole models in one file, for fuzzing. */
import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import fc from 'fast-check';
import { openSafetensors } from '../../src/checkpoints/safetensors.ts';
import type { Shape } from '../../src/graph/host-tensor.ts';
import { openSingleFile } from '../../src/models/single-file.ts';
import { originalClip, originalUNet, originalVae } from '../../src/testing/original-model.ts';
import { testdata } from '../../src/testing/testdata.ts';
import { build, buildText, buildUNet, buildVae } from './build-networks.ts';
import { fuzzing } from './fuzz.ts';
import { validTokenizer } from './tokenizer-reader.ts';

/** Changes to the tensors of a model in one file: shapes, missing tensors, other names. */
const shapeEdit = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom('remove', 'size', 'add axis', 'drop axis', 'rename'),
  axis: fc.nat({ max: 3 }),
  size: fc.oneof(fc.nat({ max: 40 }), fc.constantFrom(64, 1280, 2 ** 20)),
});
type ShapeEdit = typeof shapeEdit extends fc.Arbitrary<infer T> ? T : never;

let originalShapes: Promise<[string, Shape][]> | undefined;
async function readOriginalShapes(): Promise<[string, Shape][]> {
  const part = async (file: string) => (await openSafetensors(testdata(`mini/tiny-sd/${file}`))).readAll();
  return [
    ...originalUNet(await part('unet/diffusion_pytorch_model.safetensors'), 1),
    ...originalVae(await part('vae/diffusion_pytorch_model.safetensors'), 4),
    ...originalClip(await part('text_encoder/model.safetensors')),
  ].map(([name, { shape }]) => [name, shape]);
}

function changeShapes(shapes: [string, Shape][], edits: readonly ShapeEdit[]): [string, Shape][] {
  const changed = shapes.slice();
  for (const { at, kind, axis, size } of edits) {
    const index = at % changed.length;
    const [name, shape] = changed[index]!;
    if (kind === 'remove') changed.splice(index, 1);
    else if (kind === 'size') changed[index] = [name, shape.map((old, i) => (i === axis ? size : old))];
    else if (kind === 'add axis') changed[index] = [name, [...shape, size % 3]];
    else if (kind === 'drop axis') changed[index] = [name, shape.slice(1)];
    else changed[index] = [name.replace(/\d/, String(axis)), shape];
  }
  return [...new Map(changed)];
}

/** Writes the files beside the model, once. */
function writeBeside(path: (name: string) => string): void {
  if (existsSync(path('x.lamp.json'))) return;
  mkdirSync(path('tokenizer'), { recursive: true });
  for (const [name, content] of Object.entries(validTokenizer))
    writeFileSync(path(`tokenizer/${name}`), content);
  const beside = {
    unet: { attention_head_dim: 2, norm_num_groups: 4 },
    vae: { norm_num_groups: 4 },
    text_encoder: { num_attention_heads: 2 },
    tokenizer: 'tokenizer',
  };
  writeFileSync(path('x.lamp.json'), JSON.stringify(beside));
}

/** Models in one file: settings are inferred from the shapes, then the networks are built. */
export const singleFileReader = fuzzing<readonly ShapeEdit[]>({
  name: 'single file',
  inputs: fc.array(shapeEdit, { minLength: 1, maxLength: 4 }),
  async read(edits, path) {
    originalShapes ??= readOriginalShapes();
    const header: Record<string, object> = {};
    let end = 0;
    for (const [name, shape] of changeShapes(await originalShapes, edits)) {
      const begin = end;
      end += shape.reduce((product, size) => product * size, 4);
      header[name] = { dtype: 'F32', shape, data_offsets: [begin, end] };
    }
    const bytes = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(bytes.length));
    // Without its data: only names and shapes matter here.
    const file = openSync(path('x.safetensors'), 'w');
    writeSync(file, Buffer.concat([length, bytes]));
    ftruncateSync(file, 8 + bytes.length + end);
    closeSync(file);
    writeBeside(path);
    const model = await openSingleFile(path('x.safetensors'));
    build(model.unet.weights, buildUNet, model.unet.config);
    build(model.vae.weights, buildVae, model.vae.config);
    build(model.textEncoder.weights, buildText, model.textEncoder.config);
  },
});
