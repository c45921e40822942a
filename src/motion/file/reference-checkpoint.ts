/**
 * @file Checkpoints of the LAMP authors' implementation: a folder with the whole video U-Net, `config.json` and
 * `diffusion_pytorch_model.bin` or `.safetensors`. It contains the image model's weights under the video U-Net's names
 * (`X` becomes `X.conv2d` in a motion-learning layer) along with the trained ones.
 */

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJsonAtomically } from '../../checkpoints/atomic-write.ts';
import { writeSafetensors } from '../../checkpoints/safetensors.ts';
import { writeTorchFile } from '../../checkpoints/torch-write.ts';
import type { WeightFile } from '../../checkpoints/weight-file.ts';
import type { WritableTensor, WriteOptions } from '../../checkpoints/writable-tensor.ts';
import { CheckpointError, StorageError } from '../../errors.ts';
import { type FloatTensor, floats, type Shape, sameShape } from '../../graph/host-tensor.ts';
import { type BaseModel, openComponent } from '../../models/base-model.ts';
import { type UNetConfig, unetConfigSchema } from '../../models/configs.ts';
import { kindOfWeights } from '../../models/other-models.ts';
import { phrase, setting } from '../../phrases.ts';
import { motionParameters, normParameters } from '../motion-parameters.ts';
import type { MotionValues } from '../trained-motion.ts';
import { motionVariants } from '../variant.ts';

/** Name of the weights file in each format. */
const fileNames = {
  bin: 'diffusion_pytorch_model.bin',
  safetensors: 'diffusion_pytorch_model.safetensors',
} as const;

const GIVE_VIDEO_UNET = "Give the folder of the authors' video U-Net, or a motion file.";

/** Format of the reference's weights. */
export type ReferenceFormat = keyof typeof fileNames;

/**
 * Extracts the motion from the reference's U-Net in `folder`: the trained values, and the norms before the temporal
 * attention where they differ from 1 and 0. All other values must equal the base model's, within the precision of both
 * files, unless `otherWeights` is set. Throws `CheckpointError` naming the first tensor that is missing, has the wrong
 * shape or differs.
 */
export async function readReferenceUNet(
  folder: string,
  base: BaseModel,
  { otherWeights = false }: { otherWeights?: boolean } = {},
): Promise<MotionValues> {
  const { weights } = await openComponent(folder, unetConfigSchema);
  const { shapes } = base.unet.weights;
  const trained = new Map(
    motionParameters(shapes, motionVariants.lamp).map(({ name, shape }) => [name, shape]),
  );
  const norms = new Map(normParameters(shapes).map(({ name, shape }) => [name, shape]));
  const frozen = new Map(
    [...shapes].flatMap(([name, shape]): [string, Shape][] =>
      trained.has(name) ? [] : [[referenceName(name, trained), shape]],
    ),
  );
  const kind = kindOfWeights(weights.shapes);
  if (kind && kind.kind !== 'motion' && ![...trained.keys()].some((name) => weights.shapes.has(name))) {
    throw new CheckpointError({
      found: `"${folder}" is no U-Net of LAMP: its weights are ${kind.what}, without what LAMP trains`,
      setting: 'source',
      advice: GIVE_VIDEO_UNET,
    });
  }
  for (const [name, shape] of [...trained, ...norms, ...frozen]) {
    const found = weights.shapes.get(name);
    if (found && sameShape(found, shape)) continue;
    throw new CheckpointError({
      found: `"${folder}" is no U-Net of LAMP on base "${base.name}": "${name}" is ${found ? `[${found}]` : 'missing'}`,
      expected: `[${shape}]`,
      setting: 'source',
      advice: 'Give the folder that the training wrote, and its base.',
    });
  }
  const unknown = [...weights.shapes.keys()].find(
    (name) => ![trained, norms, frozen].some((known) => known.has(name)),
  );
  if (unknown !== undefined) {
    throw new CheckpointError({
      found: `"${folder}" is of another method: it holds "${unknown}", which LAMP's U-Net has not`,
      setting: 'source',
      advice: GIVE_VIDEO_UNET,
    });
  }
  if (!otherWeights) await assertSameFrozen(weights, base, trained, folder);
  const values = (await weights.file.readMany([...trained.keys(), ...norms.keys()])) as Map<
    string,
    FloatTensor
  >;
  for (const name of norms.keys()) {
    const neutral = neutralNorm(name);
    if (values.get(name)!.data.every((value) => value === neutral)) values.delete(name);
  }
  return new Map([...values].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Writes a motion of the given base to `folder` in the format of the reference's U-Net, with one tensor of the base in
 * memory at a time. Returns the path of the weights. Throws `StorageError` when the folder already holds other weights
 * or cannot be written to.
 */
export async function writeReferenceUNet(
  folder: string,
  values: MotionValues,
  base: BaseModel,
  { format = 'bin', ...options }: WriteOptions & { readonly format?: ReferenceFormat } = {},
): Promise<string> {
  const name = fileNames[format];
  const others = (await readdir(folder).catch(() => [] as string[])).filter(
    (file) => /\.(safetensors|bin|index\.json)$/.test(file) && file !== name,
  );
  if (others.length > 0) {
    throw new StorageError({
      found: `"${folder}" holds other weights already (${others.join(', ')})`,
      setting: 'out',
      advice: 'Remove them, or choose another folder.',
    });
  }
  const path = join(folder, name);
  const tensors = [...referenceTensors(values, base)].sort(([a], [b]) => (a < b ? -1 : 1));
  if (format === 'bin') await writeTorchFile(path, tensors, options);
  else await writeSafetensors(path, tensors, { format: 'pt' }, options);
  await writeJsonAtomically(join(folder, 'config.json'), referenceConfig(base.unet.config));
  return path;
}

function* referenceTensors(values: MotionValues, { unet }: BaseModel): Generator<[string, WritableTensor]> {
  const { shapes, file } = unet.weights;
  for (const [name, shape] of shapes) {
    if (values.has(name)) continue;
    yield [referenceName(name, values), { dtype: 'float32', shape, load: () => file.read(name) }];
  }
  for (const { name, shape } of normParameters(shapes)) {
    if (!values.has(name)) yield [name, floats(new Float32Array(shape[0]!).fill(neutralNorm(name)), shape)];
  }
  yield* values;
}

/** The reference's name of a tensor of the image model; convolutions are nested beside the added layers. */
function referenceName(name: string, trained: { has(name: string): boolean }): string {
  const [, layer, kind] = /^(.*)\.(weight|bias)$/.exec(name) ?? [];
  return layer !== undefined && trained.has(`${layer}.conv1d.weight`) ? `${layer}.conv2d.${kind}` : name;
}

/** Initial value of a norm's parameter, which it keeps unless it is trained. */
function neutralNorm(name: string): 0 | 1 {
  return name.endsWith('.weight') ? 1 : 0;
}

/** Number of tensors compared at a time. */
const BATCH = 32;

/** Throws `CheckpointError` unless all untrained values equal the base's. */
async function assertSameFrozen(
  weights: WeightFile,
  base: BaseModel,
  trained: ReadonlyMap<string, Shape>,
  folder: string,
): Promise<void> {
  const ours = base.unet.weights.file;
  const names = [...ours.tensors.keys()].filter((name) => !trained.has(name));
  for (let start = 0; start < names.length; start += BATCH) {
    const batch = names.slice(start, start + BATCH);
    const [expected, found] = await Promise.all([
      ours.readMany(batch),
      weights.file.readMany(batch.map((name) => referenceName(name, trained))),
    ]);
    for (const name of batch) {
      const there = referenceName(name, trained);
      const [a, b] = [expected.get(name)!.data, found.get(there)!.data];
      const unit = Math.max(
        unitOf(ours.tensors.get(name)!.dtype),
        unitOf(weights.file.tensors.get(there)!.dtype),
      );
      const same = (x: number, y: number) =>
        x === y || Math.abs(x - y) <= unit * Math.max(Math.abs(x), 2 ** -14);
      if (a.every((value, i) => same(Number(value), Number(b[i])))) continue;
      throw new CheckpointError({
        found: `"${folder}" was trained on another base than "${base.name}": "${there}" has other values, although it is not trained`,
        setting: 'base',
        advice: phrase`Give that base, or allow this one with ${setting('otherBase', true)}.`,
      });
    }
  }
}

/** Largest relative rounding error of this element type. */
function unitOf(dtype: string): number {
  return dtype === 'float16' ? 2 ** -10 : dtype === 'bfloat16' ? 2 ** -7 : 0;
}

/** The configuration in the form the reference's class expects. */
function referenceConfig(config: UNetConfig): Record<string, unknown> {
  const as3d = (type: string) => type.replace('2D', '3D');
  const { down_block_types: down, up_block_types: up, sample_size: size } = config;
  return {
    _class_name: 'UNet3DConditionModel',
    _diffusers_version: '0.11.1',
    act_fn: 'silu',
    attention_head_dim: config.attention_head_dim,
    block_out_channels: config.block_out_channels,
    center_input_sample: config.center_input_sample,
    class_embed_type: null,
    cross_attention_dim: config.cross_attention_dim,
    down_block_types: down.map(as3d),
    downsample_padding: config.downsample_padding,
    dual_cross_attention: false,
    flip_sin_to_cos: config.flip_sin_to_cos,
    freq_shift: config.freq_shift,
    in_channels: config.in_channels,
    layers_per_block: config.layers_per_block,
    mid_block_scale_factor: config.mid_block_scale_factor,
    mid_block_type: 'UNetMidBlock3DCrossAttn',
    norm_eps: config.norm_eps,
    norm_num_groups: config.norm_num_groups,
    num_class_embeds: null,
    only_cross_attention: false,
    out_channels: config.out_channels,
    resnet_time_scale_shift: 'default',
    ...(size != null && { sample_size: size }),
    up_block_types: up.map(as3d),
    upcast_attention: false,
    use_linear_projection: config.use_linear_projection,
    use_temp: true,
  };
}
