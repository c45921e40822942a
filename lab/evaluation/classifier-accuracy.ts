/** @file How often the classifier is right about pictures whose content is known. */
import type { LabelledPicture } from '../pretraining/labelled-pictures.ts';
import type { Classifier } from './classifier.ts';

/** Shares of pictures, 0 to 1. */
export interface ClassifierAccuracy {
  readonly pictures: number;
  /** Where the thing is named rightly. */
  readonly thing: number;
  /** Where the scene is named rightly. */
  readonly scene: number;
  /** Mean probability of the named thing: near `thing` where the classifier knows how sure it may be. */
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
