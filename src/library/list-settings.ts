/** @file Lists the settings of the library's functions, for display in interfaces. */
import { UsageError } from '../errors.ts';
import { libraryVocabulary, type Vocabulary } from '../phrases.ts';
import { describeSettings, type SettingDescription } from '../settings.ts';
import { nearestKey, shown } from '../wrong-settings.ts';
import { animateImageSettings } from './animate-image.ts';
import { animateImagesSettings } from './animate-images.ts';
import { controlTrainingSettings } from './control-training.ts';
import { convertMotionSettings } from './convert-motion.ts';
import { drawImageSettings, drawImagesSettings } from './draw-image.ts';
import { editVideoSettings } from './edit-video.ts';
import { startEngineSettings } from './engine.ts';
import { examineClipsSettings } from './examine-clips.ts';
import { generateVideoSettings } from './generate-video.ts';
import { inspectSettings } from './inspect-path.ts';
import { learnMotionSettings } from './learn-motion.ts';
import { loadBaseSettings } from './load-base.ts';
import { loadMotionSettings } from './load-motion.ts';
import { openGeneratorSettings } from './open-generator.ts';

/** The settings of each function, by its name. */
export const settingsOfCalls = {
  animateImage: animateImageSettings,
  animateImages: animateImagesSettings,
  controlTraining: controlTrainingSettings,
  convertMotion: convertMotionSettings,
  drawImage: drawImageSettings,
  drawImages: drawImagesSettings,
  editVideo: editVideoSettings,
  examineClips: examineClipsSettings,
  generateVideo: generateVideoSettings,
  inspect: inspectSettings,
  learnMotion: learnMotionSettings,
  loadBase: loadBaseSettings,
  loadMotion: loadMotionSettings,
  openGenerator: openGeneratorSettings,
  startEngine: startEngineSettings,
};

/** Name of a function with settings. */
export type CallName = keyof typeof settingsOfCalls;

/**
 * The settings of a function in the order of their declarations: description, possible values, default and unit.
 * Descriptions name other settings in the given vocabulary. Throws `UsageError` for another name.
 *
 * @example
 * import { listSettings } from 'lamp-video';
 *
 * for (const { name, description, expected, usual } of listSettings('generateVideo')) {
 *   console.log(`${name}: ${description} (${expected}; default: ${usual ?? 'none'})`);
 * }
 */
export function listSettings(
  call: CallName,
  vocabulary: Vocabulary = libraryVocabulary,
): SettingDescription[] {
  if (!Object.hasOwn(settingsOfCalls, call)) {
    const names = Object.keys(settingsOfCalls);
    const nearest = nearestKey(String(call), names);
    throw new UsageError({
      found: `${shown(call)} is not a function with settings`,
      expected: `one of: ${names.join(', ')}`,
      setting: 'call',
      ...(nearest !== undefined && { advice: `Did you mean "${nearest}"?` }),
    });
  }
  return describeSettings(settingsOfCalls[call], vocabulary);
}
