/** @file Identifies a weight file by the names and shapes in it, for messages about misplaced files. */
import { CheckpointError } from '../errors.ts';
import type { Shape } from '../graph/host-tensor.ts';

/** Shapes by tensor name. */
type Shapes = ReadonlyMap<string, { readonly shape: Shape } | Shape>;

/** Kind of a weight file. */
export interface WeightsKind {
  /** One of the networks of a base model, a whole one, a motion, or anything else. */
  readonly kind: 'whole' | 'unet' | 'vae' | 'text' | 'motion' | 'other';
  /** Description, completing the sentence "it is …". */
  readonly what: string;
}

/** A pattern of a tensor name, and the kind of file that has such a name. */
type Sign = readonly [sign: RegExp, what: string];

/** Signs of models with other architectures or storage formats, the more specific ones first. */
const otherModels: readonly Sign[] = [
  [
    /^scaled_fp8$|\.(scale_weight|weight_scale|weight_scale_inv|scale_input|input_scale|absmax|quant_map|qweight|qzeros)$|\.(quant_state|bitsandbytes__)/,
    'a model whose weights are quantised with scales of their own, which are not read',
  ],
  [
    /\.(time_stack|time_mixer|temporal_transformer_blocks|temporal_res_block)\./,
    'a model of videos (Stable Video Diffusion or the like)',
  ],
  [/(^|\.)joint_blocks\./, 'a Stable Diffusion 3 model'],
  [/(^|\.)(double_blocks|single_blocks|single_transformer_blocks)\.\d/, 'a Flux model, or one built like it'],
  [
    /^(model\.diffusion_model\.)?(x_embedder|t_embedder|patch_embedding|patch_embed|pos_embed|transformer_blocks|caption_projection|adaln_single)\./,
    'a diffusion transformer, which has no U-Net',
  ],
  [/^(model\.diffusion_model\.)?(clip_txt_mapper|clf|effnet_mapper)\./, 'a Stable Cascade model'],
  [
    /^conditioner\.embedders\.0\.model\./,
    "Stable Diffusion XL's refiner, which finishes pictures of another model",
  ],
];

const unused = 'which changes a model and which this program does not use';

/** Signs of additions to a model; a whole model may contain such tensors as well. */
const additions: readonly Sign[] = [
  [
    /^lora_|\.lora_(A|B|up|down|embedding_[AB])\b|_lora\.(up|down)\.|\.lora\.(up|down)\./,
    `a LoRA, ${unused}`,
  ],
  [
    /\.(hada_w[12]_[ab]|lokr_w[12](_[ab])?|oft_blocks|oft_diag|dora_scale)$/,
    `a LoRA of another kind (LoHa, LoKr, OFT), ${unused}`,
  ],
  [
    /^(controlnet_cond_embedding|controlnet_down_blocks|control_model|input_hint_block|zero_convs|lllite_unet)[._]/,
    'a ControlNet, which guides a model and which this program does not use',
  ],
  [/^(image_proj|ip_adapter)\./, `an IP-Adapter, ${unused}`],
  [/^(adapter\.)?body\.\d+\.(in_conv|resnets|block1)\./, `a T2I-Adapter, ${unused}`],
  [/motion_modules?\./, 'a motion module of AnimateDiff, which is no motion of LAMP'],
  [/^(concept_embeds|special_care_embeds)/, 'a safety checker'],
  [/^(RRDB_trunk|conv_first|body\.\d+\.rdb\d|model\.1\.sub)\./, 'a network that enlarges pictures'],
  [/^(encoder|decoder)\.layers\.\d|^taesd_/, 'a tiny VAE (TAESD), which is not used'],
  [/^(lm_head|model\.layers|model\.embed_tokens|transformer\.h|gpt_neox)\./, 'a language model'],
  [/^(encoder\.block\.\d|shared\.weight$)/, 'a text encoder of another kind (T5)'],
  [/^(vision_model|visual)\./, 'a CLIP model, or its part that looks at pictures'],
];

/** Networks of a base model by name prefix; tried in this order after the signs. */
const networks: readonly (readonly [start: RegExp, kind: WeightsKind['kind'], what: string])[] = [
  [/^conv_in\.conv1d\./, 'motion', "a motion, or LAMP's U-Net alone"],
  [/^(down_blocks|up_blocks|mid_block|conv_in|time_embedding|input_blocks)\./, 'unet', 'a U-Net alone'],
  [/^(encoder|decoder)\.(conv_in|down|up|mid|down_blocks|up_blocks|mid_block)\./, 'vae', 'a VAE alone'],
  [/^text_model\./, 'text', 'a text encoder alone'],
];

/** Prefixes of the U-Net's names in single-file models: plain or averaged weights. */
export const wholeUNet = /^(model\.diffusion_model\.|model_ema\.diffusion_model)/;

/** Name prefixes in single-file models. */
const wholes = {
  unet: wholeUNet,
  vae: /^first_stage_model\./,
  text: /^(cond_stage_model|conditioner\.embedders)\./,
} as const;

/** Identifies the file that contains these tensors; `undefined` when unknown. */
export function kindOfWeights(tensors: Shapes): WeightsKind | undefined {
  const names = [...tensors.keys()];
  const signed = (signs: readonly Sign[]): WeightsKind | undefined => {
    const sign = signs.find(([pattern]) => names.some((name) => pattern.test(name)));
    return sign && { kind: 'other', what: sign[1] };
  };
  const model = signed(otherModels);
  if (model) return model;
  const has = (part: keyof typeof wholes) => names.some((name) => wholes[part].test(name));
  const [unet, vae, text] = [has('unet'), has('vae'), has('text')];
  if (unet && vae) return { kind: 'whole', what: 'a whole Stable Diffusion model' };
  const addition = signed(additions);
  if (addition) return addition;
  if (unet) {
    const xl = names.some((name) => name.startsWith('conditioner.'));
    const incomplete = `the U-Net of a model${text ? ' with its text encoder' : ''}, without a VAE`;
    return { kind: 'unet', what: xl ? 'a Stable Diffusion XL model that is not complete' : incomplete };
  }
  if (vae) return { kind: 'vae', what: 'a VAE alone' };
  const network = networks.find(([pattern]) => names.some((name) => pattern.test(name)));
  if (network) return { kind: network[1], what: network[2] };
  return isTextualInversion(tensors)
    ? {
        kind: 'other',
        what: 'a textual inversion: new words for a text encoder, which this program does not use',
      }
    : undefined;
}

/** Widths of text encoders that textual inversions exist for. */
const textWidths: readonly number[] = [768, 1024, 1280];

function isTextualInversion(tensors: Shapes): boolean {
  return (
    tensors.size > 0 &&
    tensors.size <= 2 &&
    [...tensors.values()].every((tensor) => {
      const shape = 'shape' in tensor ? tensor.shape : tensor;
      return shape.length >= 1 && shape.length <= 2 && textWidths.includes(shape.at(-1)!);
    })
  );
}

/**
 * Throws `CheckpointError` when the weights at `path` are identified as something other than `wanted`. Unknown weights
 * pass, since building the network reports what is missing.
 */
export function assertKind(tensors: Shapes, wanted: 'unet' | 'vae' | 'text', path: string): void {
  const found = kindOfWeights(tensors);
  if (!found || found.kind === wanted || (found.kind === 'motion' && wanted === 'unet')) return;
  const place = { unet: 'a U-Net', vae: 'a VAE', text: 'a text encoder' }[wanted];
  throw new CheckpointError({
    found: `"${path}" is ${found.what}`,
    expected: place,
    advice: 'Put the file of the model there.',
  });
}
