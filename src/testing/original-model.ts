/**
 * @file Writes a model's weights under the names of the first Stable Diffusion files, for tests. Deliberately
 * independent of the reader (`models/original-names.ts`): block numbers are computed here, counted there.
 */
import type { LazyTensor, WritableTensor } from '../checkpoints/writable-tensor.ts';
import { type FloatTensor, floats, type HostTensor } from '../graph/host-tensor.ts';

/** Tensors by name. */
export type Tensors<T extends WritableTensor = HostTensor> = ReadonlyMap<string, T>;

type Rules = readonly (readonly [RegExp, string | ((...groups: string[]) => string)])[];

const resnet: Rules = [
  [/\.norm1\./, '.in_layers.0.'],
  [/\.conv1\./, '.in_layers.2.'],
  [/\.time_emb_proj\./, '.emb_layers.1.'],
  [/\.norm2\./, '.out_layers.0.'],
  [/\.conv2\./, '.out_layers.3.'],
  [/\.conv_shortcut\./, '.skip_connection.'],
];

/** A U-Net with `layers` layers per block, as `model.diffusion_model.…`. */
export function originalUNet<T extends WritableTensor>(tensors: Tensors<T>, layers: number): Tensors<T> {
  const stride = layers + 1;
  const hasAttention = (level: string) => tensors.has(`up_blocks.${level}.attentions.0.norm.weight`);
  const blocks: Rules = [
    [
      /^down_blocks\.(\d)\.resnets\.(\d)/,
      (_, l, i) => `input_blocks.${1 + Number(l) * stride + Number(i)}.0`,
    ],
    [
      /^down_blocks\.(\d)\.attentions\.(\d)/,
      (_, l, i) => `input_blocks.${1 + Number(l) * stride + Number(i)}.1`,
    ],
    [/^down_blocks\.(\d)\.downsamplers\.0\.conv/, (_, l) => `input_blocks.${(Number(l) + 1) * stride}.0.op`],
    [/^up_blocks\.(\d)\.resnets\.(\d)/, (_, l, i) => `output_blocks.${Number(l) * stride + Number(i)}.0`],
    [/^up_blocks\.(\d)\.attentions\.(\d)/, (_, l, i) => `output_blocks.${Number(l) * stride + Number(i)}.1`],
    [
      /^up_blocks\.(\d)\.upsamplers\.0/,
      (_, l) => `output_blocks.${Number(l) * stride + layers}.${hasAttention(l!) ? 2 : 1}`,
    ],
    [/^mid_block\.resnets\.0/, 'middle_block.0'],
    [/^mid_block\.attentions\.0/, 'middle_block.1'],
    [/^mid_block\.resnets\.1/, 'middle_block.2'],
    [/^time_embedding\.linear_1/, 'time_embed.0'],
    [/^time_embedding\.linear_2/, 'time_embed.2'],
    [/^add_embedding\.linear_1/, 'label_emb.0.0'],
    [/^add_embedding\.linear_2/, 'label_emb.0.2'],
    [/^conv_in\./, 'input_blocks.0.0.'],
    [/^conv_norm_out/, 'out.0'],
    [/^conv_out/, 'out.2'],
  ];
  return mapNames(tensors, (name) => {
    const inResnet = name.includes('.resnets.');
    return `model.diffusion_model.${apply(blocks, inResnet ? apply(resnet, name) : name)}`;
  });
}

/** An autoencoder of `levels` levels, as `first_stage_model.…`; its attention's layers become 1×1 convolutions. */
export function originalVae<T extends WritableTensor>(tensors: Tensors<T>, levels: number): Tensors<T> {
  const rules: Rules = [
    [/^encoder\.down_blocks\.(\d)\.resnets\.(\d)/, 'encoder.down.$1.block.$2'],
    [/^encoder\.down_blocks\.(\d)\.downsamplers\.0/, 'encoder.down.$1.downsample'],
    [
      /^decoder\.up_blocks\.(\d)\.resnets\.(\d)/,
      (_, l, i) => `decoder.up.${levels - 1 - Number(l)}.block.${i}`,
    ],
    [/^decoder\.up_blocks\.(\d)\.upsamplers\.0/, (_, l) => `decoder.up.${levels - 1 - Number(l)}.upsample`],
    [/\.mid_block\.resnets\.0/, '.mid.block_1'],
    [/\.mid_block\.resnets\.1/, '.mid.block_2'],
    [/\.mid_block\.attentions\.0/, '.mid.attn_1'],
    [/\.conv_shortcut/, '.nin_shortcut'],
    [/\.conv_norm_out/, '.norm_out'],
    [/\.group_norm/, '.norm'],
    [/\.(query|to_q)\./, '.q.'],
    [/\.(key|to_k)\./, '.k.'],
    [/\.(value|to_v)\./, '.v.'],
    [/\.(proj_attn|to_out\.0)\./, '.proj_out.'],
  ];
  const found = new Map<string, T>();
  for (const [name, tensor] of tensors) {
    const isMatrix = name.includes('attentions') && tensor.shape.length === 2;
    const shape = isMatrix ? [...tensor.shape, 1, 1] : tensor.shape;
    found.set(`first_stage_model.${apply(rules, name)}`, { ...tensor, shape });
  }
  return found;
}

/** CLIP's text encoder as in 1.x, as `cond_stage_model.transformer.…`. */
export function originalClip<T extends WritableTensor>(tensors: Tensors<T>): Tensors<T> {
  return mapNames(tensors, (name) => `cond_stage_model.transformer.${name}`);
}

/**
 * The text encoder as in 2.x, as `cond_stage_model.model.…`: query, key and value in one, and one more layer at the
 * end.
 */
export function originalOpenClip(tensors: Tensors<WritableTensor>, layers: number): Tensors<WritableTensor> {
  const found = new Map(openClipNames(tensors, 'cond_stage_model.model.'));
  for (const [name, tensor] of [...found]) {
    const last = `.resblocks.${layers - 1}.`;
    if (name.includes(last)) found.set(name.replace(last, `.resblocks.${layers}.`), tensor);
  }
  found.set('cond_stage_model.model.text_projection', floats(new Float32Array(4), [2, 2]));
  return found;
}

/** Both text encoders as in XL: CLIP's as in 1.x, OpenCLIP's with its projection, rows as columns. */
export function originalXlText(
  first: Tensors<WritableTensor>,
  second: Tensors<WritableTensor>,
): Tensors<WritableTensor> {
  const place = 'conditioner.embedders.1.model.';
  const projection = second.get('text_projection.weight')!;
  const [rows, columns] = projection.shape as [number, number];
  const turned: LazyTensor = {
    dtype: 'float32',
    shape: [columns, rows],
    load: async () => {
      const { data } = await valuesOf(projection);
      return floats(
        data.map((_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!),
        [columns, rows],
      );
    },
  };
  const others = [...second].filter(([name]) => !name.startsWith('text_projection'));
  return new Map([
    ...mapNames(first, (name) => `conditioner.embedders.0.transformer.${name}`),
    ...openClipNames(new Map(others), place),
    [`${place}text_projection`, turned],
    [`${place}logit_scale`, floats(Float32Array.of(4.6), [])],
  ]);
}

function openClipNames(tensors: Tensors<WritableTensor>, place: string): Tensors<WritableTensor> {
  const rules: Rules = [
    [/^text_model\.encoder\.layers\.(\d+)/, 'transformer.resblocks.$1'],
    [/^text_model\.embeddings\.position_embedding\.weight/, 'positional_embedding'],
    [/^text_model\.embeddings\.token_embedding/, 'token_embedding'],
    [/^text_model\.final_layer_norm/, 'ln_final'],
    [/\.layer_norm(\d)/, '.ln_$1'],
    [/\.self_attn\.out_proj/, '.attn.out_proj'],
    [/\.mlp\.fc1/, '.mlp.c_fc'],
    [/\.mlp\.fc2/, '.mlp.c_proj'],
  ];
  const found = new Map<string, WritableTensor>();
  const add = (name: string, tensor: WritableTensor) => found.set(`${place}${name}`, tensor);
  for (const [name, tensor] of tensors) {
    const [, layer, kind] = /layers\.(\d+)\.self_attn\.q_proj\.(weight|bias)$/.exec(name) ?? [];
    if (layer !== undefined) {
      const parts = ['q', 'k', 'v'].map((part) => tensors.get(name.replace('q_proj', `${part}_proj`))!);
      add(`transformer.resblocks.${layer}.attn.in_proj_${kind}`, stacked(parts));
    } else if (!/\.[kv]_proj\./.test(name) && !name.endsWith('position_ids')) {
      add(apply(rules, name), tensor);
    }
  }
  return found;
}

function stacked(parts: readonly WritableTensor[]): LazyTensor {
  const [rows, ...rest] = parts[0]!.shape;
  const shape = [rows! * parts.length, ...rest];
  return {
    dtype: 'float32',
    shape,
    load: async () => {
      const values = await Promise.all(parts.map(valuesOf));
      const data = new Float32Array(values.reduce((sum, value) => sum + value.data.length, 0));
      let at = 0;
      for (const value of values) {
        data.set(value.data, at);
        at += value.data.length;
      }
      return floats(data, shape);
    },
  };
}

async function valuesOf(tensor: WritableTensor): Promise<FloatTensor> {
  return ('load' in tensor ? await tensor.load() : tensor) as FloatTensor;
}

function apply(rules: Rules, name: string): string {
  return rules.reduce((text, [pattern, by]) => text.replace(pattern, by as string), name);
}

function mapNames<T extends WritableTensor>(
  tensors: Tensors<T>,
  rename: (name: string) => string,
): Tensors<T> {
  return new Map([...tensors].map(([name, tensor]) => [rename(name), tensor]));
}
