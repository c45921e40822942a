/** @file Samples of several trainings in a grid: by prompt, training and step. */
import type { ApiMotionDetail } from '../../api/motion-api.ts';

/** The samples with one prompt. */
export interface SampleRows<Motion> {
  readonly prompt: string;
  /** Steps after which any of the trainings made one. */
  readonly steps: readonly number[];
  /** For each training that made some: its sample at each of the steps, if it made one. */
  readonly rows: readonly {
    readonly motion: Motion;
    readonly samples: readonly (ApiMotionDetail['samples'][number] | undefined)[];
  }[];
}

/** The grid of each prompt, in the order in which the trainings have them. */
export function sampleRows<Motion extends Pick<ApiMotionDetail, 'samples'>>(
  motions: readonly Motion[],
): SampleRows<Motion>[] {
  const nameOf = ({ prompt, number }: ApiMotionDetail['samples'][number]) => prompt ?? `Sample ${number + 1}`;
  const prompts = [...new Set(motions.flatMap(({ samples }) => samples.map(nameOf)))];
  return prompts.map((prompt) => {
    const made = motions.map((motion) => ({
      motion,
      samples: motion.samples.filter((sample) => nameOf(sample) === prompt),
    }));
    const all = made.flatMap(({ samples }) => samples.map(({ step }) => step));
    const steps = [...new Set(all)].sort((a, b) => a - b);
    const rows = made.flatMap(({ motion, samples }) =>
      samples.length === 0
        ? []
        : [{ motion, samples: steps.map((step) => samples.find((each) => each.step === step)) }],
    );
    return { prompt, steps, rows };
  });
}
