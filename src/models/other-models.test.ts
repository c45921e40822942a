import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { openSafetensors, writeSafetensors } from '../checkpoints/safetensors.ts';
import { CheckpointError } from '../errors.ts';
import { floats, type HostTensor, type Shape, sizeOf } from '../graph/host-tensor.ts';
import { tinyBase, writeTestMotion } from '../testing/library-models.ts';
import { testFolder } from '../testing/test-folder.ts';
import { openBaseModel } from './base-model.ts';
import { kindOfWeights } from './other-models.ts';

const inFolder = await testFolder();
const kind = (...tensors: readonly (readonly [name: string, shape?: Shape])[]) =>
  kindOfWeights(new Map(tensors.map(([name, shape = [4]]) => [name, shape])));

describe('the kind of weights is recognised by their names', () => {
  const unet = 'model.diffusion_model.input_blocks.0.0.weight';
  const vae = 'first_stage_model.encoder.conv_in.weight';
  test.each([
    ['other', 'a LoRA,', ['lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight']],
    ['other', 'a LoRA,', ['unet.down_blocks.0.attentions.0.to_q.lora_A.weight']],
    ['other', 'a LoRA,', ['down_blocks.0.attentions.0.attn1.processor.to_q_lora.down.weight']],
    ['other', 'a LoRA of another kind', ['unet_down_blocks_0.hada_w1_a']],
    [
      'other',
      'a ControlNet',
      ['conv_in.weight', 'down_blocks.0.x', 'controlnet_cond_embedding.conv_in.weight'],
    ],
    ['other', 'a ControlNet', ['control_model.zero_convs.0.0.weight']],
    ['other', 'an IP-Adapter', ['image_proj.proj.weight', 'ip_adapter.1.to_k_ip.weight']],
    ['other', 'a T2I-Adapter', ['body.0.in_conv.weight']],
    [
      'other',
      'a motion module of AnimateDiff',
      ['down_blocks.0.motion_modules.0.temporal_transformer.norm.weight'],
    ],
    [
      'other',
      'a model of videos',
      [unet, vae, 'model.diffusion_model.input_blocks.1.0.time_stack.in_layers.0.weight'],
    ],
    [
      'other',
      'a Stable Diffusion 3 model',
      ['model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight', vae],
    ],
    ['other', 'a Flux model', ['double_blocks.0.img_attn.qkv.weight']],
    ['other', 'a Flux model', ['model.diffusion_model.single_blocks.0.linear1.weight', vae]],
    ['other', 'a diffusion transformer', ['patch_embedding.weight', 'blocks.0.self_attn.q.weight']],
    ['other', "Stable Diffusion XL's refiner", [unet, vae, 'conditioner.embedders.0.model.ln_final.bias']],
    ['other', 'quantised', [unet, vae, `${unet.replace('weight', 'scale_weight')}`, 'scaled_fp8']],
    ['other', 'quantised', ['conv_in.weight', 'mid_block.x.weight.absmax', 'mid_block.x.weight.quant_map']],
    ['other', 'a language model', ['model.layers.0.self_attn.q_proj.weight', 'lm_head.weight']],
    ['other', 'a CLIP model', ['vision_model.embeddings.class_embedding', 'text_model.x']],
    [
      'other',
      'a text encoder of another kind (T5)',
      ['shared.weight', 'encoder.block.0.layer.0.SelfAttention.q.weight'],
    ],
    ['other', 'a network that enlarges pictures', ['conv_first.weight', 'body.0.rdb1.conv1.weight']],
    ['other', 'a tiny VAE', ['decoder.layers.0.weight']],
    ['whole', 'a whole Stable Diffusion model', [unet, vae]],
    // A ControlNet's training kept the whole model, which is as good as any.
    ['whole', 'a whole Stable Diffusion model', [unet, vae, 'control_model.zero_convs.0.0.weight']],
    ['whole', 'a whole Stable Diffusion model', ['model_ema.diffusion_modelout2bias', vae]],
    ['unet', 'without a VAE', [unet, 'cond_stage_model.transformer.x']],
    [
      'unet',
      'a Stable Diffusion XL model that is not complete',
      [unet, 'conditioner.embedders.0.transformer.x'],
    ],
    ['unet', 'a U-Net alone', ['conv_in.weight', 'down_blocks.0.resnets.0.conv1.weight']],
    ['vae', 'a VAE alone', ['encoder.conv_in.weight', 'decoder.mid.attn_1.q.weight']],
    ['text', 'a text encoder alone', ['text_model.encoder.layers.0.x']],
    ['motion', "a motion, or LAMP's U-Net alone", ['conv_in.conv1d.weight', 'down_blocks.0.x']],
  ] as const)('%s: %s', (expected, what, names) => {
    const found = kind(...names.map((name) => [name] as const));
    expect(found?.kind).toBe(expected);
    expect(found?.what).toContain(what);
  });

  test('and by their shapes, where words have any name', () => {
    expect(kind(['emb_params', [2, 768]])?.what).toContain('a textual inversion');
    expect(kind(['<my-cat>', [1024]])?.what).toContain('a textual inversion');
    expect(kind(['clip_l', [4, 768]], ['clip_g', [4, 1280]])?.what).toContain('a textual inversion');
    expect(kind(['x', [2, 700]])).toBeUndefined();
    expect(kind(['weight', [4]], ['bias', [4]])).toBeUndefined();
    expect(kind()).toBeUndefined();
  });
});

/** A copy of the small base model in which some files are others. */
async function changedBase(files: Readonly<Record<string, string | ReadonlyMap<string, HostTensor>>>) {
  const folder = inFolder('changed');
  await rm(folder, { recursive: true, force: true });
  await cp(tinyBase, folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    await (typeof content === 'string' ? writeFile : writeSafetensors)(`${folder}/${name}`, content as never);
  }
  return folder;
}

const tensors = (...names: string[]) => new Map(names.map((name) => [name, floats(new Float32Array(1))]));
const unetFile = 'unet/diffusion_pytorch_model.safetensors';

describe('in a base model’s folder', () => {
  test.each([
    [
      'a VAE for the U-Net',
      unetFile,
      tensors('encoder.conv_in.weight'),
      /is a VAE alone; expected a U-Net\./,
    ],
    [
      'a LoRA for the U-Net',
      unetFile,
      tensors('lora_unet_x.lora_up.weight'),
      /is a LoRA.*; expected a U-Net\./,
    ],
    [
      'a U-Net for the VAE',
      'vae/diffusion_pytorch_model.safetensors',
      tensors('down_blocks.0.x'),
      /is a U-Net alone; expected a VAE\./,
    ],
    [
      'words for the text encoder',
      'text_encoder/model.safetensors',
      new Map([['a', floats(new Float32Array(768))]]),
      /is a textual inversion.*; expected a text encoder\./,
    ],
    [
      'a pointer for the U-Net',
      unetFile,
      'version https://git-lfs.github.com/spec/v1\noid sha256:aa\n',
      /unet\/diffusion_pytorch_model\.safetensors" is a Git LFS pointer/,
    ],
    [
      'a pointer for the settings',
      'vae/config.json',
      'version https://git-lfs.github.com/spec/v1\noid sha256:aa\n',
      /vae\/config\.json", is a Git LFS pointer/,
    ],
    [
      'a web page for the merges',
      'tokenizer/merges.txt',
      '<!doctype html><html></html>',
      /merges\.txt", is a web page/,
    ],
  ] as const)('%s', async (_, name, content, message) => {
    const folder = await changedBase({ [name]: content as string });
    await expect(openBaseModel(folder)).rejects.toThrow(CheckpointError);
    await expect(openBaseModel(folder)).rejects.toThrow(message);
  });

  test('no U-Net: the pipeline is named', async () => {
    const index = { _class_name: 'FluxPipeline', transformer: ['diffusers', 'FluxTransformer2DModel'] };
    const folder = await changedBase({ 'model_index.json': JSON.stringify(index) });
    await rm(`${folder}/unet`, { recursive: true });
    await expect(openBaseModel(folder)).rejects.toThrow(
      /is a model of another kind \(FluxPipeline\): it has no U-Net/,
    );
    const whole = await changedBase({});
    await rm(`${whole}/unet`, { recursive: true });
    await expect(openBaseModel(whole)).rejects.toThrow(
      /is not complete: it has no folder unet\/\. Download it again/,
    );
  });

  test.each([
    [
      5,
      /is a depth model \(depth2img\).* \(5 channels instead of 4\)\. Give a text-to-image model, such as Stable Diffusion 2\.0 \(base\)/,
    ],
    [
      7,
      /is a model that enlarges pictures.*Give a text-to-image model, such as Stable Diffusion 1\.5 or 2\.1\.$/,
    ],
    [
      8,
      /is a model that changes a picture \(InstructPix2Pix or the like\).* such as Stable Diffusion 1\.5, which InstructPix2Pix was made from\.$/,
    ],
    [
      9,
      /is an inpainting model, whose U-Net also takes a mask.*\(9 channels instead of 4\)\. Give the text-to-image model that it was made from, such as Stable Diffusion 1\.5 for an inpainting model of 1\.5\.$/,
    ],
    [16, /takes latents of 16 channels; expected 4, as the VAE makes/],
  ])('a U-Net of %i channels', async (channels, message) => {
    const unet = new Map(await (await openSafetensors(`${tinyBase}/${unetFile}`)).readAll());
    const shape = [unet.get('conv_in.weight')!.shape[0]!, channels, 3, 3];
    unet.set('conv_in.weight', floats(new Float32Array(sizeOf(shape)), shape));
    const config = {
      ...JSON.parse(await readFile(`${tinyBase}/unet/config.json`, 'utf8')),
      in_channels: channels,
    };
    const folder = await changedBase({ [unetFile]: unet, 'unet/config.json': JSON.stringify(config) });
    await expect(openBaseModel(folder)).rejects.toThrow(CheckpointError);
    await expect(openBaseModel(folder)).rejects.toThrow(message);
    const told = await openBaseModel(folder).catch((error: Error) => error.message);
    expect(/inpainting/.test(String(told))).toBe(channels === 9);
  });
});

test('a motion, a run, and a part of a model are no base model', async () => {
  const motion = await writeTestMotion(inFolder('motion.safetensors'));
  await expect(openBaseModel(motion)).rejects.toThrow(
    /is a motion, not a base model\. Give it with "motion"/,
  );
  await mkdir(inFolder('run'));
  await writeFile(inFolder('run/run.json'), '{}');
  await expect(openBaseModel(inFolder('run'))).rejects.toThrow(
    /is a training run, not a base model\. Give it with "motion"/,
  );
  await expect(openBaseModel(`${tinyBase}/unet`)).rejects.toThrow(
    /is one part of a model\. Give the folder that has model_index/,
  );
});
