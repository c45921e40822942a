/**
 * @file The library's public face: learn a motion from clips, make videos with it, and the pieces both are made of.
 * Imaging, training and sampling run on ONNX Runtime; `openBaseModel` reads a diffusers folder.
 */
export * from './errors.ts';
export type { OnEvent, ProgressEvent, Stage, WorkOptions } from './events.ts';
export { type Picture, picture } from './media/picture.ts';
export { readPicture, writePng } from './media/picture-file.ts';
export { readVideoMetadata, writeVideo } from './media/video-file.ts';
export { type BaseModel, openBaseModel } from './models/base-model.ts';
export { builtInBase } from './models/built-in-base.ts';
export {
  assertFits,
  type Motion,
  type MotionInfo,
  readMotion,
  readMotionInfo,
  writeMotion,
} from './motion/motion-file.ts';
export { type ActingMotion, combineMotions } from './motion/strengths.ts';
export {
  type MotionVariant,
  type MotionVariantName,
  motionVariantNames,
  motionVariants,
} from './motion/variant.ts';
export { type AnimateOptions, animateImage, animateImages } from './pipelines/animate-image.ts';
export { type DrawnPicture, type DrawRequest, drawImage, drawImages } from './pipelines/draw-image.ts';
export { type EditedVideo, editVideo } from './pipelines/edit-video.ts';
export {
  type GeneratedVideo,
  type VideoGenerator,
  type VideoRequest,
  videoGenerator,
} from './pipelines/generate-video.ts';
export { learnMotion } from './pipelines/learn-motion.ts';
export type { EditVideoOptions } from './pipelines/prepare-edit.ts';
export { type DeviceName, deviceNames } from './runtime/devices.ts';
