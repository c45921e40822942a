/** @file Finds the weights among the contents of a PyTorch file. */

import { CheckpointError } from '../errors.ts';
import { onOneLine } from './one-line.ts';
import { TorchTensor } from './torch-pickle.ts';

/** Usual keys of the weights, the most likely first; averaged weights last. */
const usualNames = [
  'state_dict',
  'model_state_dict',
  'model',
  'module',
  'params',
  'params_ema',
  'ema_state_dict',
  'model_ema',
  'ema',
];

/** Other things that PyTorch saves, by a key that only they have. */
const otherThings: readonly (readonly [key: string, what: string])[] = [
  ['string_to_param', 'a textual inversion: new words for a text encoder, which this program does not use'],
  ['layer_structure', 'a hypernetwork, which changes a model and which this program does not use'],
];

/**
 * The tensors of a file by name: those of the dictionary that it is, or of one inside it that holds more than that. Of
 * several inside, the one of a usual name such as `state_dict` is taken. Throws `CheckpointError` when there is none,
 * or several of other names.
 */
export function namedTensors(root: unknown, path: string): Map<string, TorchTensor> {
  const own = tensorsOf(root);
  const inside: [string, Map<string, TorchTensor>][] = [];
  // The same dictionary may occur under a million keys: it is searched once.
  const seen = new Set<unknown>();
  for (const [key, value] of root instanceof Map ? root : []) {
    if (seen.has(value)) continue;
    seen.add(value);
    const tensors = tensorsOf(value);
    if (tensors.size > 0) inside.push([typeof key === 'string' ? onOneLine(key, 40) : 'a key', tensors]);
  }
  const usual = usualNames.map((name) => inside.find(([key]) => key === name)).find((entry) => entry);
  const chosen = usual ?? (inside.length === 1 ? inside[0] : undefined);
  const other = otherThings.find(([key]) => root instanceof Map && root.has(key));
  if (other) {
    throw new CheckpointError({
      found: `"${path}" is ${other[1]}`,
      advice: 'Give a whole model, or the weights of a network.',
    });
  }
  if (chosen && chosen[1].size > own.size) return chosen[1];
  if (own.size > 0) return own;
  const holds = inside.length > 0 ? `weights under ${someOf(inside.map(([key]) => `"${key}"`))}` : 'none';
  throw new CheckpointError({
    found: `weights file "${path}" is a PyTorch file, but not a state_dict: it holds ${holds}`,
    expected: 'tensors by name',
    advice: 'Save the state_dict alone.',
  });
}

function someOf(names: readonly string[]): string {
  return names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
}

/** The tensors directly in a dictionary. */
function tensorsOf(value: unknown): Map<string, TorchTensor> {
  const found = new Map<string, TorchTensor>();
  if (!(value instanceof Map)) return found;
  for (const [key, item] of value) {
    if (typeof key === 'string' && item instanceof TorchTensor) found.set(key, item);
  }
  return found;
}
