/** @file How often the classifier is right about pictures whose content is known. */
import type { LabelledPicture } from '../pretraining/labelled-pictures.ts';
import type { Classifier } from './classifier.ts';

/** Shares of pictures, 0 to 1. */
export interface ClassifierAccuracy {
  readonly pictures: number;
  /** Of which the thing is classified correctly. */
  readonly thing: number;
  /** Of which the scene is classified correctly. */
  readonly scene: number;
  /** Mean probability of the named thing: near `thing` if the classifier is well calibrated. */
  readonly thingConfidence: number;
}

/** Classifies the pictures and compares. Throws `RangeError` without pictures. */
export async function classifierAccuracy(
  classifier: Pick<Classifier, 'classify'>,
  pictures: readonly LabelledPicture[],
): Promise<ClassifierAccuracy> {
  if (pictures.length === 0) throw new RangeError('the accuracy of no pictures');
  const found = await classifier.classify(pictures.map(({ picture }) => picture));
  const share = (value: (index: number) => number) =>
    found.reduce((sum, _, index) => sum + value(index), 0) / found.length;
  return {
    pictures: found.length,
    thing: share((i) => Number(found[i]!.thing === pictures[i]!.thing)),
    scene: share((i) => Number(found[i]!.scene === pictures[i]!.scene)),
    thingConfidence: share((i) => found[i]!.thingProbability),
  };
}
