/** @file Runs a program for the elements of a batch one after the other. */
import { floats, type HostTensor, sizeOf } from '../graph/host-tensor.ts';
import type { ChainProgram } from './chain-program.ts';
import type { Program, Values } from './program.ts';

/**
 * A program for batches, from one for batches of one; of a chain, each part runs for every element in turn. Inputs for
 * which `isShared` holds are the same for all elements; the others, and all outputs, have the batch as first axis. Only
 * for `float32` values.
 */
export function splitBatch(one: Program | ChainProgram, isShared: (name: string) => boolean): Program {
  const runEach = 'runEach' in one ? one.runEach : (each: readonly Values[]) => inTurn(one, each);
  return {
    async run(inputs) {
      const batch = Object.entries(inputs).filter(([name]) => !isShared(name));
      const count = batch[0]?.[1].shape[0] ?? 1;
      const each = Array.from(
        { length: count },
        (_, i): Values => ({
          ...inputs,
          ...Object.fromEntries(batch.map(([name, value]) => [name, element(value, i)])),
        }),
      );
      const results = await runEach(each);
      return Object.fromEntries(
        Object.keys(results[0]!).map((name) => [name, joined(results.map((result) => result[name]!))]),
      );
    },
    dispose: () => one.dispose(),
  };
}

async function inTurn(program: Program, each: readonly Values[]): Promise<Record<string, HostTensor>[]> {
  const results: Record<string, HostTensor>[] = [];
  for (const inputs of each) results.push(await program.run(inputs));
  return results;
}

function element({ data, shape }: HostTensor, index: number): HostTensor {
  const one = [1, ...shape.slice(1)];
  const size = sizeOf(one);
  return floats((data as Float32Array).subarray(index * size, (index + 1) * size), one);
}

function joined(elements: readonly HostTensor[]): HostTensor {
  const [, ...rest] = elements[0]!.shape;
  const data = new Float32Array(elements.length * sizeOf(rest));
  for (const [i, element] of elements.entries()) data.set(element.data as Float32Array, i * sizeOf(rest));
  return floats(data, [elements.length, ...rest]);
}
