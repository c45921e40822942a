/** @file The thread of `parallel-step.ts`: computes loss and gradients of pieces of a batch. */
import { parentPort, workerData } from 'node:worker_threads';
import { ParameterSet } from '../../src/training/parameter-set.ts';
import type { PieceRequest, PieceWorkerData } from './parallel-step.ts';
import { stepOfKind } from './step-of-kind.ts';

const data = workerData as PieceWorkerData;
const parameters = new ParameterSet(data.shapes);
const values = new Float32Array(data.parameters);
const found = data.gradients.map((buffer) => new Float32Array(buffer));
const step = stepOfKind<never>(data.step, parameters);

parentPort!.on('message', async (request: PieceRequest<never>) => {
  const { run, gradients } = await step;
  parameters.flat.set(values);
  const losses: number[] = [];
  for (const { index, piece } of request) {
    losses.push(await run(piece));
    found[index]!.set(gradients.flat);
  }
  parentPort!.postMessage(losses);
});
