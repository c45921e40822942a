/**
 * @file The library's public API: learning motions from clips, making videos with them, and the parts of both.
 * Long-running functions take one options object, report progress as events, and can be stopped by a signal.
 */
export type { WriteOptions } from './checkpoints/safetensors.ts';
export * from './errors.ts';
export type { Notice, OnEvent, OnPreview, Preview, ProgressEvent, Stage, WorkOptions } from './events.ts';
export { type AnimateImageOptions, animateImage } from './library/animate-image.ts';
export { type AnimateImagesOptions, animateImages } from './library/animate-images.ts';
export { type ControlTrainingOptions, controlTraining } from './library/control-training.ts';
export { type ConvertMotionOptions, convertMotion } from './library/convert-motion.ts';
export {
  type DrawImageOptions,
  type DrawImagesOptions,
  drawImage,
  drawImages,
} from './library/draw-image.ts';
export { type EditVideoOptions, editVideo } from './library/edit-video.ts';
export { type Engine, type EngineOptions, startEngine } from './library/engine.ts';
export {
  type ClipReport,
  type ClipSetReport,
  type ExamineClipsOptions,
  examineClips,
} from './library/examine-clips.ts';
export {
  type ExamineMachineOptions,
  examineMachine,
  type MachineReport,
} from './library/examine-machine.ts';
export type { FirstFrameOptions } from './library/first-frame.ts';
export { type GenerateVideoOptions, generateVideo } from './library/generate-video.ts';
export type { BaseInspection, TrainingEstimate } from './library/inspect-base.ts';
export type { ClipInspection, ClipsInspection, PictureInspection } from './library/inspect-media.ts';
export { type Inspection, type InspectOptions, inspect } from './library/inspect-path.ts';
export type { CheckpointInspection, MotionInspection, RunInspection } from './library/inspect-trained.ts';
export { type LearnMotionOptions, learnMotion, type PresetName } from './library/learn-motion.ts';
export { type CallName, listSettings } from './library/list-settings.ts';
export { type BaseChoice, type LoadBaseOptions, loadBase } from './library/load-base.ts';
export { type LoadMotionOptions, loadMotion, type MotionChoice } from './library/load-motion.ts';
export type { Finding, Verdict } from './library/machine/finding.ts';
export type { VideoOptions } from './library/make-video.ts';
export { type Generator, type OpenGeneratorOptions, openGenerator } from './library/open-generator.ts';
export type { Video } from './library/video.ts';
export type { CaptionNote } from './media/caption-notes.ts';
export { type Picture, picture } from './media/picture.ts';
export { type ReadPictureOptions, readPicture, writePicture } from './media/picture-file.ts';
export { readVideoMetadata, type WriteVideoOptions, writeVideo } from './media/video-file.ts';
export type { BaseModel } from './models/base-model.ts';
export { type Motion, type MotionInfo, readMotionInfo, writeMotion } from './motion/file/motion-file.ts';
export { type ActingMotion, combineMotions } from './motion/file/strengths.ts';
export type { MotionValues, TrainedMotion } from './motion/trained-motion.ts';
export {
  type MotionVariant,
  type MotionVariantName,
  motionVariantNames,
  motionVariants,
} from './motion/variant.ts';
export {
  type CallReference,
  type GivenParts,
  jointSettings,
  libraryVocabulary,
  type MessageParts,
  type Phrase,
  type SettingReference,
  type SettingValue,
  type Vocabulary,
  wordFor,
  wordPhrase,
} from './phrases.ts';
export type { DrawnPicture } from './pipelines/draw/draw-picture.ts';
export type { SamplerName, SamplingSettings } from './pipelines/draw/sampling-settings.ts';
export type { StoredPicture } from './pipelines/draw/stored-picture.ts';
export type { LearnedMotion } from './pipelines/train/run-training.ts';
export type { LoadedMotion } from './pipelines/video/loaded-motions.ts';
export { type StoredSettings, storedSettings } from './pipelines/video/stored-settings.ts';
export type { GeneratedVideo } from './pipelines/video/video-request.ts';
export { referenceOptions, type VideoSettings } from './pipelines/video/video-settings.ts';
export { type DeviceChoice, type DeviceName, deviceChoices, deviceNames } from './runtime/devices.ts';
export type { SettingDescription } from './settings.ts';
export { type OptimizerName, optimizerNames } from './training/optimiser.ts';
export type { TrainingInput } from './training/training-settings.ts';
