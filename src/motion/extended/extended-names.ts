/** @file Names of the layers that extensions add. */

/** Name of the layer of `withCarriedFirstFrame`, in the scope of the U-Net's first and last convolution. */
export const carriedName = 'carried';

/** Name of the layer of `withCopiedFirstFrame`, in the scope of the U-Net's last convolution. */
export const copiedName = 'copied';

/** Names of all layers that extensions add beside those of LAMP. */
export const extendedNames: readonly string[] = [carriedName, copiedName];

/** The parameters of these layers in which their contribution is linear: scaling all of them scales it. */
export const extendedOutputs: readonly string[] = [
  ...['weight', 'lora_B.weight'].map((kind) => `${carriedName}.to_out.${kind}`),
  `${copiedName}.share`,
];
