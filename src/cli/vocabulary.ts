/** @file The words of the `lamp` command for what errors and notices refer to: options and commands. */
import type { SettingValue, Vocabulary } from '../phrases.ts';
import { shellWord } from './shell-word.ts';

/** Options whose names are not their settings' in lower case with hyphens. */
const names: Readonly<Record<string, string>> = {
  'drawing.prompt': '--first-frame-prompt',
  width: '--size',
  height: '--size',
  batch: '--batch-size',
  flipProbability: '--flip',
  averageDecay: '--ema',
  places: '--place',
  samplePrompts: '--sample-prompt',
  framesPerSecond: '--fps',
  motions: '--motion',
  clips: 'the clips',
  clip: 'the clip',
  image: 'the picture',
  picture: 'the picture',
  pictures: 'the pictures',
  path: 'the path',
  source: 'the source',
};

const commands: Readonly<Record<string, string>> = {
  learnMotion: 'train',
  generateVideo: 'generate',
  drawImage: 'image',
  animateImage: 'animate',
  editVideo: 'edit',
  convertMotion: 'convert',
  examineClips: 'clips',
  examineMachine: 'doctor',
  inspect: 'inspect',
};

/** Settings that a command takes as words without an option. */
const bare = new Set(['clips', 'clip', 'image', 'picture', 'pictures', 'path', 'source']);

/**
 * `--first-frame-size`, `--stride 1`, `--no-captions`, `lamp train --out walk --resume`. Of a nested setting (`drawing.samplerSteps`) the
 * command knows the last name.
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

/** What a setting is called on the command line. */
export function optionName(setting: string): string {
  // Of a list (`clips.0`) the command knows the whole.
  const name = setting.replace(/(\.\d+)+$/, '');
  const own = name.slice(name.lastIndexOf('.') + 1);
  return names[name] ?? names[own] ?? `--${own.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** A value as it is typed; what has spaces in double quotes where these suffice, as people write it. */
function quoted(value: SettingValue): string {
  if (typeof value === 'object') return `${value.width}x${value.height}`;
  const word = String(value);
  return /\s/.test(word) && !/["$`\\!]/.test(word) ? `"${word}"` : shellWord(word);
}
