/** @file The settings that only an edit has, or that mean something else there. */
import { runningSettings } from '../../runtime/running-settings.ts';
import { declare, pick, redeclared } from '../../settings.ts';
import { redrawSettings } from '../draw/redrawing.ts';
import { pictureSampling } from '../draw/sampling-settings.ts';

const { seed } = redeclared(pick(runningSettings, ['seed']), {
  seed: { description: 'seed of the first frame and the sampling noise, but not of the training' },
});
const { strength } = redeclared(redrawSettings, {
  strength: {
    description: "how far the clip's first frame is redrawn: 0 leaves it unchanged, 1 keeps hardly anything",
    group: 'First frame',
    onlyWithout: 'firstFrame',
  },
});

/** The paper's number of inversion steps, for samplers other than DDIM. */
export const DDIM_STEPS = 50;

/** The settings. */
export const editSettings = {
  strength,
  inversionSteps: declare(pictureSampling.samplerSteps.schema, {
    description: 'steps of the DDIM inversion, from the clip to its noise',
    unit: 'steps',
    usual: `those of the sampler if it is ddim, else ${DDIM_STEPS}`,
    group: 'Inversion',
  }),
  seed,
};
