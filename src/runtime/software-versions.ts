/** @file Which software computes: stored with everything that is made, so that it can be made again. */
import { packageVersion } from '../versions.ts';
import { runtimeVersion } from './onnx-runtime.ts';

/** Versions of this package and of ONNX Runtime; other versions may round differently. */
export function softwareVersions(): Record<string, string> {
  return { 'lamp-video': packageVersion, onnxruntime: runtimeVersion() };
}
