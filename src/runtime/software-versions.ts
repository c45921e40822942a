/** @file Versions of the software that computes, stored with every result so that it can be reproduced. */
import { packageVersion } from '../versions.ts';
import { runtimeVersion } from './onnx-runtime.ts';

/** Versions of this package and of ONNX Runtime. Other versions may round differently. */
export function softwareVersions(): Record<string, string> {
  return { 'lamp-video': packageVersion, onnxruntime: runtimeVersion() };
}
