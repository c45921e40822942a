/** @file A simulated machine for tests of probes. */
import type { Probes } from '../library/machine/probes.ts';
import type { RunProbe } from '../library/machine/run-probe.ts';

const gigabyte = 1e9;

type Answers = { [Name in keyof Probes]: Awaited<ReturnType<Probes[Name]>> };

/** The answers of a machine without problems. */
export const goodMachine: Answers = {
  engine: { versions: { onnxruntime: '1.30.0' }, providers: ['cpu', 'webgpu'], devices: ['cpu', 'webgpu'] },
  device: { seconds: 0.1, leftToProcessor: [] },
  contest: { card: 5e12, processor: 2e11 },
  speed: { matmul: 2e11, convolution: 3e11, int8: 8e11 },
  media: { bytes: 100 },
  base: { parameters: 5e6, size: { width: 128, height: 128 } },
  training: {
    usual: { frames: 16, width: 512, height: 320, bytes: 20 * gigabyte, flops: 3e13 },
    modest: { frames: 8, width: 256, height: 256, bytes: 12 * gigabyte, flops: 5e12 },
  },
};

/** Gives these answers; an `Error`, or a function of the arguments that returns one, makes the probe fail. */
export function testMachine(answers: Record<string, unknown> = {}): RunProbe {
  return (async (name: keyof Probes, ...words: string[]) => {
    const given = name in answers ? answers[name] : goodMachine[name];
    const answer = typeof given === 'function' ? given(...words) : given;
    if (answer instanceof Error) throw answer;
    return answer;
  }) as RunProbe;
}
