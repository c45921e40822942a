/**
 * @file The step of `model-step.ts` for a large batch, in pieces that threads compute side by side. Two threads with a
 * piece each take less time than one program on two cores, whose smaller operators do not divide well.
 */
import { Worker } from 'node:worker_threads';
import type { Shape } from '../../src/graph/host-tensor.ts';
import { computingThreads } from '../../src/runtime/devices.ts';
import type { ParameterSet, ParameterShape } from '../../src/training/parameter-set.ts';
import type { ModelBatch, ModelConfigs, TrainingStep } from './model-step.ts';
import { splitModelBatch } from './split-model-batch.ts';

/** What a thread is started with. */
export interface PieceWorkerData {
  readonly configs: ModelConfigs;
  readonly shapes: readonly ParameterShape[];
  /** Of a piece. */
  readonly latentShape: Shape;
  readonly tokens: number;
}

/** Pieces to compute with these parameter values. */
export interface PieceRequest {
  readonly parameters: Float32Array;
  readonly pieces: readonly ModelBatch[];
}

/** Loss and gradients of each piece, in order. */
export interface PieceAnswer {
  readonly losses: readonly number[];
  readonly gradients: readonly Float32Array[];
}

/**
 * Starts the threads: one per piece, at most as many as compute (`LAMP_THREADS`, or one per core). Loss and gradients
 * are the means of those of the pieces, in their order, so that they do not depend on the number of threads. Only on
 * the CPU. Throws `RangeError` unless `samples` divides the batch.
 *
 * @param latentShape of the whole batch, `[b, c, h, w]`
 * @param samples samples of a piece
 */
export async function parallelModelStep(
  configs: ModelConfigs,
  parameters: ParameterSet,
  latentShape: Shape,
  tokens: number,
  samples: number,
): Promise<TrainingStep<ModelBatch>> {
  const [batch, ...rest] = latentShape as [number, ...number[]];
  if (batch % samples !== 0)
    throw new RangeError(`a batch of ${batch} cannot be divided into pieces of ${samples}`);
  const count = batch / samples;
  const data = {
    configs,
    shapes: parameters.shapes,
    latentShape: [samples, ...rest],
    tokens,
  } satisfies PieceWorkerData;
  const threads = Math.min(count, computingThreads() ?? 1);
  const workers = Array.from({ length: threads }, () => new PieceWorker(data));
  const gradients = parameters.zeros();
  return {
    gradients,
    async run(whole) {
      const pieces = splitModelBatch(whole, count);
      const answers = await Promise.all(
        workers.map((worker, k) =>
          worker.ask({ parameters: parameters.flat, pieces: pieces.filter((_, i) => i % threads === k) }),
        ),
      );
      let loss = 0;
      gradients.flat.fill(0);
      for (let i = 0; i < count; i++) {
        const { losses, gradients: found } = answers[i % threads]!;
        const index = Math.floor(i / threads);
        loss += losses[index]! / count;
        const values = found[index]!;
        for (let j = 0; j < values.length; j++) gradients.flat[j]! += values[j]! / count;
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
class PieceWorker {
  private readonly worker: Worker;
  private failed: (error: Error) => void = () => {};
  private ended: Error | undefined;
  private answered: (answer: PieceAnswer) => void = () => {};

  constructor(workerData: PieceWorkerData) {
    this.worker = new Worker(start, {
      eval: true,
      workerData,
      // One thread of computations each: they are the parallel part.
      env: { ...process.env, LAMP_THREADS: '1' },
    });
    this.worker.on('message', (answer: PieceAnswer) => this.answered(answer));
    // Also between two questions: the next one must not wait for an answer.
    const end = (error: Error) => {
      this.ended ??= error;
      this.failed(error);
    };
    this.worker.on('error', end);
    this.worker.on('exit', (code) => end(new Error(`a thread of the training ended with code ${code}`)));
  }

  ask(request: PieceRequest): Promise<PieceAnswer> {
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
