/** @file The thread of `parallel-step.ts`: computes loss and gradients of pieces of a batch. */
import { parentPort, workerData } from 'node:worker_threads';
import { ParameterSet } from '../../src/training/parameter-set.ts';
import { modelStep } from './model-step.ts';
import type { PieceAnswer, PieceRequest, PieceWorkerData } from './parallel-step.ts';

const { configs, shapes, latentShape, tokens } = workerData as PieceWorkerData;
const parameters = new ParameterSet(shapes);
const step = modelStep(configs, parameters, latentShape, tokens);

parentPort!.on('message', async ({ parameters: values, pieces }: PieceRequest) => {
  const { run, gradients } = await step;
  parameters.flat.set(values);
  const losses: number[] = [];
  const found: Float32Array<ArrayBuffer>[] = [];
  for (const piece of pieces) {
    losses.push(await run(piece));
    found.push(gradients.flat.slice() as Float32Array<ArrayBuffer>);
  }
  const answer: PieceAnswer = { losses, gradients: found };
  parentPort!.postMessage(
    answer,
    found.map(({ buffer }) => buffer),
  );
});
