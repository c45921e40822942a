/** @file An autoencoder small enough to be trained in a test. */
import { type VaeConfig, vaeConfigSchema } from '../models/configs.ts';

/** Config of an autoencoder of factor 2 with two blocks of `width` channels, and this number of latent channels. */
export function smallVaeConfig(latentChannels: number, width: number): VaeConfig {
  return vaeConfigSchema.parse({
    in_channels: 3,
    out_channels: 3,
    latent_channels: latentChannels,
    block_out_channels: [width, width],
    norm_num_groups: width / 2,
    down_block_types: ['DownEncoderBlock2D', 'DownEncoderBlock2D'],
    up_block_types: ['UpDecoderBlock2D', 'UpDecoderBlock2D'],
  });
}
