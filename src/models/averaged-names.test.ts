import { expect, test } from 'vitest';
import { plainName } from './averaged-names.ts';

test.each([
  'time_embed.0.weight',
  'label_emb.0.2.bias',
  'input_blocks.0.0.weight',
  'input_blocks.1.1.transformer_blocks.0.attn1.to_q.weight',
  'input_blocks.1.1.transformer_blocks.0.norm3.bias',
  'input_blocks.11.0.in_layers.0.weight',
  'input_blocks.11.0.emb_layers.1.bias',
  'input_blocks.3.0.op.weight',
  'input_blocks.7.1.norm.weight',
  'middle_block.1.proj_in.weight',
  'middle_block.1.transformer_blocks.10.ff.net.0.proj.weight',
  'middle_block.1.transformer_blocks.9.attn2.to_out.0.bias',
  'output_blocks.2.1.conv.weight',
  'output_blocks.11.1.transformer_blocks.0.ff.net.2.weight',
  'output_blocks.10.0.skip_connection.weight',
  'output_blocks.5.0.out_layers.3.weight',
  'out.0.weight',
  'out.2.bias',
])('the averaged weights of %s are found by its name', (name) => {
  expect(plainName(name.replaceAll('.', ''))).toBe(name);
});

test('other names are none of the U-Net', () => {
  for (const name of ['', 'decay', 'num_updates', 'input_blocks', 'weightx', '0weight']) {
    expect(plainName(name)).toBeUndefined();
  }
  expect(plainName('norm'.repeat(100_000))).toBeUndefined();
});
