/** @file The thread of `parallel-step.ts`: computes loss and gradients of pieces of a batch. */
import { parentPort, workerData } from 'node:worker_threads';
import { ParameterSet } from '../../src/training/parameter-set.ts';
import type { PieceAnswer, PieceRequest, PieceWorkerData } from './parallel-step.ts';
import { stepOfKind } from './step-of-kind.ts';

const data = workerData as PieceWorkerData;
const parameters = new ParameterSet(data.shapes);
const step = stepOfKind<never>(data.step, parameters);

parentPort!.on('message', async ({ parameters: values, pieces }: PieceRequest<never>) => {
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
