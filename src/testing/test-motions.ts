/** @file Motions for tests: untrained ones, and random ones with an effect. */
import { randomStream } from '../diffusion/random.ts';
import { floats, sizeOf } from '../graph/host-tensor.ts';
import type { BaseModel } from '../models/base-model.ts';
import type { Motion, MotionInfo } from '../motion/file/motion-file.ts';
import { initialValues, motionParameters } from '../motion/motion-parameters.ts';
import type { MotionValues, TrainedMotion } from '../motion/trained-motion.ts';
import { type MotionVariant, motionVariants } from '../motion/variant.ts';

/** The motion of a base at the start of training, with which frames are drawn as by the image model. */
export async function untrainedMotion(
  base: BaseModel,
  variant: MotionVariant,
  rank?: number,
): Promise<MotionValues> {
  const { weights } = base.unet;
  const random = randomStream(0, 'untrained motion');
  const parameters = motionParameters(weights.shapes, variant, rank);
  const values = await weights.file.readMany(
    parameters.filter(({ initial }) => initial === 'base').map(({ name }) => name),
  );
  return new Map(
    parameters.map((parameter) => [
      parameter.name,
      floats(
        initialValues(parameter, (name) => values.get(name)!.data as Float32Array, random.uniform),
        parameter.shape,
      ),
    ]),
  );
}

/** A motion with small random values everywhere, determined by the seed. */
export function randomMotion(
  base: BaseModel,
  seed: number,
  variant: MotionVariant,
  rank?: number,
): MotionValues {
  return new Map(
    motionParameters(base.unet.weights.shapes, variant, rank).map(({ name, shape }) => {
      const values = randomStream(seed, 'random motion', name).normals(sizeOf(shape));
      return [
        name,
        floats(
          values.map((value) => 0.1 * value),
          shape,
        ),
      ];
    }),
  );
}

/** Values as a motion of LAMP itself. */
export function lampMotion(values: MotionValues): TrainedMotion {
  return { variant: motionVariants.lamp, values };
}

/** A motion as stored in a file, for `frames` frames of a size. */
export function testMotion(
  base: BaseModel,
  { variant, values }: TrainedMotion,
  info: Omit<Partial<MotionInfo>, 'variant'> = {},
): Motion {
  return {
    values,
    info: {
      baseName: base.name,
      baseFingerprint: base.fingerprint,
      prompt: 'a person walks',
      frames: 4,
      width: 64,
      height: 64,
      framesPerSecond: 8,
      steps: 0,
      variant,
      settings: { learningRate: 1e-3 },
      ...info,
    },
  };
}
