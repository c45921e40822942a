/** @file What settings are called on the command line, for messages about them. */

/** What a setting is called on the command line. */
export function optionName(setting: string): string {
  const names: Record<string, string> = {
    width: '--size',
    height: '--size',
    samplePrompts: '--sample-prompt',
    flipProbability: '--flip',
    averageDecay: '--ema',
    shuffle: '--no-shuffle',
    batch: '--batch-size',
    clips: 'the clips',
  };
  return names[setting] ?? `--${setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
