/** @file Finds the files of `lab/assets/evaluation/`. */
import { fileURLToPath } from 'node:url';

/** The absolute path of something under `lab/assets/evaluation/`. */
export function evaluationAsset(relative: string): string {
  return fileURLToPath(new URL(`../assets/evaluation/${relative}`, import.meta.url));
}

/** The folder of a small CLIP of the little world, for `openClip`. */
export function builtInClip(): string {
  return evaluationAsset('clip');
}

/** The file of a classifier of the little world's things and scenes, for `openClassifier`. */
export function builtInClassifier(): string {
  return evaluationAsset('classifier.safetensors');
}
