/**
 * @file The motion inside a training checkpoint: its description in the metadata, as in a motion file, and its values
 * among the tensors.
 */

/** `format` in a training checkpoint's metadata. */
export const checkpointFormat = 'lamp-checkpoint';

/** Prefixes of names in a checkpoint: of the trained parameters, and of their moving average if one is kept. */
export const checkpointParts = { parameter: 'parameter:', average: 'average:' } as const;

/** The prefix of the names of a checkpoint's motion: of the moving average if there is one, else of the parameters. */
export function motionPrefix(names: Iterable<string>): string {
  const { parameter, average } = checkpointParts;
  for (const name of names) if (name.startsWith(average)) return average;
  return parameter;
}
