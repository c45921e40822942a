/** @file The vocabulary of the `lamp` command for errors and notices: options and commands. */
import type { SettingValue, Vocabulary } from '../phrases.ts';
import { shellWord } from '../shell-word.ts';

/** Options whose names are not derived from their settings'. */
const names: Readonly<Record<string, string>> = {
  'drawing.prompt': '--first-frame-prompt',
  width: '--size',
  height: '--size',
  batch: '--batch-size',
  flipProbability: '--flip',
  averageDecay: '--ema',
  places: '--place',
  forMemory: '--for',
  samplePrompts: '--sample-prompt',
  framesPerSecond: '--fps',
  motions: '--motion',
  clips: 'the clips',
  clipParts: '--clip-part',
  clip: 'the clip',
  image: 'the picture',
  picture: 'the picture',
  pictures: 'the pictures',
  path: 'the path',
  source: 'the source',
};

const commands: Readonly<Record<string, string>> = {
  learnMotion: 'train',
  controlTraining: 'control',
  generateVideo: 'generate',
  drawImage: 'image',
  animateImage: 'animate',
  editVideo: 'edit',
  convertMotion: 'convert',
  examineClips: 'clips',
  examineMachine: 'doctor',
  inspect: 'inspect',
};

/** Settings that are positional arguments of a command. */
const bare = new Set(['clips', 'clip', 'image', 'picture', 'pictures', 'path', 'source']);

/**
 * `--first-frame-size`, `--stride 1`, `--no-captions`, `lamp train --out walk --resume`. Of a nested setting
 * (`drawing.samplerSteps`) the last part is used.
 */
export const commandVocabulary: Vocabulary = {
  setting(name, value) {
    const option = optionName(name);
    if (value === undefined || value === true) return option;
    if (value === false) return option.replace(/^--/, '--no-');
    if (bare.has(name)) return quoted(value);
    return `${option} ${quoted(value)}`;
  },
  call(name, options) {
    const words = Object.entries(options).map(([key, value]) =>
      typeof value === 'string' && !bare.has(key)
        ? `${optionName(key)} ${shellWord(value)}`
        : this.setting(key, value),
    );
    return ['lamp', commands[name] ?? name, ...words].join(' ');
  },
};

/** The name of a setting on the command line. */
export function optionName(setting: string): string {
  // An element of a list (`clips.0`) stands for the whole list.
  const name = setting.replace(/(\.\d+)+$/, '');
  const own = name.slice(name.lastIndexOf('.') + 1);
  return names[name] ?? names[own] ?? `--${own.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** A value as typed: with spaces, in double quotes if these suffice. */
function quoted(value: SettingValue): string {
  if (typeof value === 'object') return `${value.width}x${value.height}`;
  const word = String(value);
  return /\s/.test(word) && !/["$`\\!]/.test(word) ? `"${word}"` : shellWord(word);
}
