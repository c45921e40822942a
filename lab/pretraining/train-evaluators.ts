/**
 * @file `npx tsx lab/pretraining/train-evaluators.ts`: trains the models that measure generated pictures, on pictures
 * of the little world: a classifier of things and scenes, then a small CLIP. Resumes where it was stopped. Writes
 * `lab/assets/evaluation/`, with the accuracy of both on unseen pictures in `measured.json`.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeJsonAtomically } from '../../src/checkpoints/atomic-write.ts';
import { randomStream } from '../../src/diffusion/random.ts';
import { type FloatTensor, floats } from '../../src/graph/host-tensor.ts';
import { pictureToFloats, signedFloatsToPicture } from '../../src/media/picture.ts';
import { loadTokenizer } from '../../src/models/tokenizer.ts';
import type { ParameterSet } from '../../src/training/parameter-set.ts';
import { openClassifier, writeClassifier } from '../evaluation/classifier.ts';
import { classifierAccuracy } from '../evaluation/classifier-accuracy.ts';
import { clipConfigSchema } from '../evaluation/clip-config.ts';
import { openClip } from '../evaluation/clip-model.ts';
import { clipRetrieval } from '../evaluation/clip-retrieval.ts';
import { evaluationAsset } from '../evaluation/evaluation-asset.ts';
import { CLASSIFIER_SIDE } from '../evaluation/picture-classifier.ts';
import { worldBatch } from '../world/batch.ts';
import { SCENES } from '../world/scene.ts';
import { loadShapes } from '../world/shape.ts';
import { loadThings } from '../world/thing.ts';
import { augment } from './augment.ts';
import { classifierShapes, classifierStep } from './classifier-step.ts';
import { writeClip } from './clip-folder.ts';
import { type ContrastiveBatch, clipShapes, contrastiveStep } from './contrastive-step.ts';
import {
  classifierBatch,
  type LabelledPicture,
  movingPicture,
  shapePicture,
  stillPicture,
  worldClasses,
} from './labelled-pictures.ts';
import { logProgress } from './log-progress.ts';
import { pretrain } from './pretrain.ts';
import { rememberingTokens } from './pretraining-batches.ts';
import { pretrainDefaults } from './pretraining-settings.ts';
import { smallTokenizer, writeSmallTokenizer } from './small-tokenizer.ts';
import { worldTexts } from './world-texts.ts';

const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: 'runs/evaluators' },
    out: { type: 'string', default: evaluationAsset('') },
    'classifier-steps': { type: 'string', default: '1000' },
    'clip-steps': { type: 'string', default: '1600' },
    /** Steps of a second stage of CLIP's training; the included one has none. */
    'few-scenes-steps': { type: 'string', default: '0' },
    batch: { type: 'string', default: '64' },
    /** Number of pictures of each kind for measuring the result. */
    measure: { type: 'string', default: '1000' },
  },
});
const { folder, out } = values;
const batch = Number(values.batch);
const measured = Number(values.measure);
/** Seeds for training and for measuring. */
const [seed, unseen] = [0, 1];
const tokens = 20;
const size = { width: CLASSIFIER_SIDE, height: CLASSIFIER_SIDE };
const source = { things: await loadThings(), shapes: await loadShapes(size), size };
const settings = { ...pretrainDefaults, seed, batch, learningRate: 2e-3, saveEvery: 100, sampleEvery: 0 };

console.log('the classifier');
const classes = worldClasses(source);
const counts = { things: classes.things.length, scenes: classes.scenes.length };
const classifierWeights = await pretrain({
  onEvent: logProgress(),
  folder: join(folder, 'classifier'),
  settings: { ...settings, steps: Number(values['classifier-steps']) },
  identity: { classes, source: 'little world 1, labelled' },
  shapes: classifierShapes(counts),
  step: (parameters) => classifierStep(counts, parameters, batch),
  batchAt: (index) => classifierBatch(source, classes, seed, index * batch, batch),
});
const classifierPath = join(out, 'classifier.safetensors');
await writeClassifier(classifierPath, withoutPart(classifierWeights), classes);
const classifier = await openClassifier(classifierPath);
const accuracy = {
  still: await classifierAccuracy(classifier, unseenPictures(stillPicture)),
  moving: await classifierAccuracy(classifier, unseenPictures(movingPicture)),
  shape: await classifierAccuracy(classifier, unseenPictures(shapePicture)),
  augmentedStill: await classifierAccuracy(classifier, unseenPictures(stillPicture).map(augmented)),
  augmentedMoving: await classifierAccuracy(classifier, unseenPictures(movingPicture).map(augmented)),
};
await classifier.dispose();
console.log(accuracy);

console.log('CLIP');
const tokenizer = smallTokenizer(worldTexts(source.things, source.shapes), tokens);
const vocabulary = tokenizer.vocabulary.size;
const tower = { hidden_size: 96, intermediate_size: 384, num_attention_heads: 4 };
const config = clipConfigSchema.parse({
  projection_dim: 64,
  text_config: {
    ...tower,
    num_hidden_layers: 2,
    max_position_embeddings: tokens,
    vocab_size: vocabulary,
    eos_token_id: vocabulary - 1,
  },
  vision_config: { ...tower, num_hidden_layers: 4, image_size: size.width, patch_size: 16 },
});
/**
 * Scenes are easy to distinguish and suffice for most captions. With few scenes in a batch, things must be recognised,
 * which takes long from random weights.
 */
const stages = [
  { folder: 'clip', scenes: SCENES.length, steps: Number(values['clip-steps']), learningRate: 2e-3 },
  { folder: 'clip-few-scenes', scenes: 3, steps: Number(values['few-scenes-steps']), learningRate: 1.5e-3 },
];
await writeSmallTokenizer(join(folder, 'tokenizer'), tokenizer);
const encode = rememberingTokens(await loadTokenizer(join(folder, 'tokenizer')));
let clipWeights: ParameterSet | undefined;
for (const stage of stages.filter(({ steps }) => steps > 0)) {
  console.log(`${stage.scenes} scenes a batch`);
  clipWeights = await pretrain({
    onEvent: logProgress(),
    folder: join(folder, stage.folder),
    settings: { ...settings, steps: stage.steps, learningRate: stage.learningRate },
    identity: { config, source: 'little world 1, augmented', ...(clipWeights && { scenes: stage.scenes }) },
    shapes: clipShapes(config),
    initial: clipWeights?.views,
    step: (parameters) => contrastiveStep(config, parameters, batch, tokens),
    batchAt: (index) => captionedBatch(index, stage.scenes),
  });
}
const weights = withoutPart(clipWeights!);
await writeClip(join(out, 'clip'), { config, tokenizer, weights }, { dtype: 'float16' });
const clip = await openClip(join(out, 'clip'));
const retrieval = await clipRetrieval(clip, source, randomStream(unseen, 'retrieval'), measured);
await clip.dispose();
console.log(retrieval);
await writeJsonAtomically(join(out, 'measured.json'), { classifier: accuracy, clip: retrieval });

/** Pictures of this many scenes, with their captions. */
function captionedBatch(index: number, count: number): ContrastiveBatch {
  const order = randomStream(seed, 'scenes', index).shuffle(SCENES.length);
  const scenes = order.slice(0, count).map((each) => SCENES[each]!);
  const options = { size, scenes, mirroredShare: 0.2, tiltedShare: 0.25 };
  const drawn = worldBatch({ ...source, shapeShare: 0.2, options }, seed, index * batch, batch);
  const each = drawn.pixels.length / batch;
  for (let i = 0; i < batch; i++) {
    const random = randomStream(seed, 'augment', index * batch + i);
    augment(drawn.pixels.subarray(i * each, (i + 1) * each), size, random);
  }
  const pictures = floats(drawn.pixels, [batch, 3, size.height, size.width]);
  return { pictures, ids: encode(drawn.captions) };
}

/** Unseen pictures of a kind. */
function unseenPictures(draw: typeof stillPicture): LabelledPicture[] {
  const stream = randomStream(unseen, draw.name);
  return Array.from({ length: measured }, () => draw(source, stream));
}

function augmented(labelled: LabelledPicture, index: number): LabelledPicture {
  const pixels = pictureToFloats(labelled.picture);
  augment(pixels, size, randomStream(unseen, 'augment', index));
  return { ...labelled, picture: signedFloatsToPicture(pixels, size) };
}

/** Key names without their part's prefix. */
function withoutPart(trained: ParameterSet): (readonly [string, FloatTensor])[] {
  return [...trained.views].map(([name, value]) => [name.slice(name.indexOf(':') + 1), value] as const);
}
