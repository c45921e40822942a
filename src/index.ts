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
export {
  assertFits,
  type Motion,
  type MotionInfo,
  readMotion,
  readMotionInfo,
  writeMotion,
} from './motion/motion-file.ts';
export { drawImage } from './pipelines/draw-image.ts';
export {
  type GeneratedVideo,
  type VideoGenerator,
  type VideoRequest,
  videoGenerator,
} from './pipelines/generate-video.ts';
export { learnMotion } from './pipelines/learn-motion.ts';
export { type DeviceName, deviceNames } from './runtime/devices.ts';
