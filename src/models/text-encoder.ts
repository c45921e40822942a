/** @file CLIP's text encoder (Radford et al. 2021, arXiv 2103.00020): a causal transformer over token embeddings. */
import { floats } from '../graph/host-tensor.ts';
import { add, gather, slice } from '../graph/operators/index.ts';
import { constant, type Tensor } from '../graph/tensor.ts';
import type { Weights } from '../graph/weights.ts';
import { encoderLayer } from './clip-encoder-layer.ts';
import type { TextEncoderConfig } from './configs.ts';
import { layerNorm } from './layers.ts';

/**
 * Token ids `[b, n]` (n ≤ `max_position_embeddings`) → hidden states `[b, n, hidden_size]` after the final norm.
 * Padding is not masked, as in Stable Diffusion. `part`: see `hiddenStates`.
 */
export function textEncoder(
  w: Weights,
  config: TextEncoderConfig,
  ids: Tensor,
  part?: (build: () => Tensor) => Tensor,
): Tensor {
  return finalNorm(w, config, hiddenStates(w, config, ids, part).at(-1)!);
}

/** The final norm, of the last layer's states `[…, hidden_size]`. */
export function finalNorm(w: Weights, config: TextEncoderConfig, x: Tensor): Tensor {
  return layerNorm(modelIn(w).scope('final_layer_norm'), x, config.layer_norm_eps);
}

/**
 * The states `[b, n, hidden_size]` before the first layer, and after each, without the final norm. `part` builds each
 * layer, for instance as a part of a chain (`recomputed`).
 */
export function hiddenStates(
  w: Weights,
  config: TextEncoderConfig,
  ids: Tensor,
  part: (build: () => Tensor) => Tensor = (build) => build(),
): Tensor[] {
  const model = modelIn(w);
  const [, length] = ids.shape as [number, number];
  const embeddings = model.scope('embeddings');
  const positions = slice(
    embeddings
      .scope('position_embedding')
      .tensor('weight', [config.max_position_embeddings, config.hidden_size]),
    0,
    0,
    length,
  );
  const embedded = add(
    gather(
      embeddings.scope('token_embedding').tensor('weight', [config.vocab_size, config.hidden_size]),
      ids,
    ),
    positions,
  );
  const mask = causalMask(length);
  const states = [embedded];
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const scope = model.scope('encoder').scope('layers').scope(layer);
    states.push(part(() => encoderLayer(scope, config, states[layer]!, mask)));
  }
  return states;
}

/** Scope of the network's weights, which differs between older and newer files. */
function modelIn(w: Weights): Weights {
  return w.has('final_layer_norm.weight') ? w : w.scope('text_model');
}

/** Causal mask: 0 for the token itself and earlier ones, −10⁹ elsewhere. */
function causalMask(length: number): Tensor {
  const mask = new Float32Array(length * length);
  for (let row = 0; row < length; row++) mask.fill(-1e9, row * length + row + 1, (row + 1) * length);
  return constant(floats(mask, [length, length]));
}
