/**
 * @file A training step for a batch in pieces that threads compute side by side. Two threads with a piece each take
 * less time than one program on two cores, whose smaller operators do not divide well; and the thread that asks is free
 * to make the next batch meanwhile.
 */
import { Worker } from 'node:worker_threads';
import { computingThreads, type DeviceName } from '../../src/runtime/devices.ts';
import { addScaled, type ParameterSet, type ParameterShape } from '../../src/training/parameter-set.ts';
import { type Divisible, piecesOf } from './batch-pieces.ts';
import type { TrainingStep } from './model-step.ts';
import { type StepOfKind, stepOfKind } from './step-of-kind.ts';

/** What a thread is started with. */
export interface PieceWorkerData {
  /** The step that computes a piece. */
  readonly step: StepOfKind;
  readonly shapes: readonly ParameterShape[];
  /** Values of the parameters, in memory of all threads. */
  readonly parameters: SharedArrayBuffer;
  /** For the gradients of every piece, likewise, in their order. */
  readonly gradients: readonly SharedArrayBuffer[];
}

/** Pieces to compute, each with its place in the batch; the answer is their losses. */
export type PieceRequest<Batch> = readonly { readonly index: number; readonly piece: Batch }[];

/** How a batch is divided. */
export interface Division {
  /** Samples of a batch. */
  readonly batch: number;
  /** Samples of a piece; default: the batch is one piece, which this thread computes. */
  readonly piece: number | undefined;
  /** Default: the CPU, where pieces are always computed. */
  readonly device?: DeviceName | undefined;
}

/**
 * The step for batches that may be divided into pieces: threads are started then, one per piece, at most as many as
 * compute (`LAMP_THREADS`, or one per core). Loss and gradients are the means of those of the pieces, in their order,
 * so that they do not depend on the number of threads. Throws `RangeError` unless a piece's samples divide the batch.
 *
 * @param ofSamples the step for this number of samples
 */
export async function dividedStep<Batch extends Divisible<Batch>>(
  ofSamples: (samples: number) => StepOfKind,
  parameters: ParameterSet,
  { batch, piece, device = 'cpu' }: Division,
): Promise<TrainingStep<Batch>> {
  if (piece === undefined) return stepOfKind<Batch>(ofSamples(batch), parameters, { device });
  if (batch % piece !== 0) {
    throw new RangeError(`a batch of ${batch} cannot be divided into pieces of ${piece}`);
  }
  return parallelStep(ofSamples(piece), parameters, batch / piece);
}

function parallelStep<Batch extends Divisible<Batch>>(
  step: StepOfKind,
  parameters: ParameterSet,
  count: number,
): TrainingStep<Batch> {
  const shared = () => new SharedArrayBuffer(parameters.flat.byteLength);
  const data: PieceWorkerData = {
    step,
    shapes: parameters.shapes,
    parameters: shared(),
    gradients: Array.from({ length: count }, shared),
  };
  const values = new Float32Array(data.parameters);
  const found = data.gradients.map((buffer) => new Float32Array(buffer));
  const threads = Math.min(count, computingThreads() ?? 1);
  const workers = Array.from({ length: threads }, () => new PieceWorker<Batch>(data));
  const gradients = parameters.zeros();
  return {
    gradients,
    async run(whole) {
      const pieces = piecesOf(whole, count).map((piece, index) => ({ index, piece }));
      values.set(parameters.flat);
      const losses = await Promise.all(
        workers.map((worker, k) => worker.ask(pieces.filter(({ index }) => index % threads === k))),
      );
      gradients.flat.fill(0);
      let loss = 0;
      for (const [i, own] of found.entries()) {
        loss += losses[i % threads]![Math.floor(i / threads)]! / count;
        addScaled(gradients.flat, own, 1 / count);
      }
      return loss;
    },
    async dispose() {
      await Promise.all(workers.map((worker) => worker.end()));
    },
  };
}

/** Threads do not take over the loader of TypeScript. */
const start = `
  import(${JSON.stringify(import.meta.resolve('tsx/esm/api'))}).then(({ register }) => {
    register();
    return import(${JSON.stringify(new URL('./piece-worker.ts', import.meta.url).href)});
  });
`;

/** A thread that computes pieces. Errors of the thread are those of `ask`. */
class PieceWorker<Batch> {
  private readonly worker: Worker;
  private failed: (error: Error) => void = () => {};
  private ended: Error | undefined;
  private answered: (losses: readonly number[]) => void = () => {};

  constructor(workerData: PieceWorkerData) {
    this.worker = new Worker(start, {
      eval: true,
      workerData,
      // One thread of computations each: they are the parallel part.
      env: { ...process.env, LAMP_THREADS: '1' },
    });
    this.worker.on('message', (losses: readonly number[]) => this.answered(losses));
    // Also between two questions: the next one must not wait for an answer.
    const end = (error: Error) => {
      this.ended ??= error;
      this.failed(error);
    };
    this.worker.on('error', end);
    this.worker.on('exit', (code) => end(new Error(`a thread of the training ended with code ${code}`)));
  }

  ask(request: PieceRequest<Batch>): Promise<readonly number[]> {
    return new Promise((resolve, reject) => {
      if (this.ended) return reject(this.ended);
      this.answered = resolve;
      this.failed = reject;
      this.worker.postMessage(request);
    });
  }

  async end(): Promise<void> {
    await this.worker.terminate();
  }
}
