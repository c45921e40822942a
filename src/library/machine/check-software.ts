/** @file Checks Node.js, ONNX Runtime and each device. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { flopText } from '../../amounts.ts';
import { phrase, setting } from '../../phrases.ts';
import { type Finding, finding, said } from './finding.ts';
import type { RunProbe } from './run-probe.ts';

/** Facts about the Node.js that a process runs on. */
export interface NodeFacts {
  /** Version, such as `20.19.0`. */
  readonly version: string;
  readonly platform: string;
  readonly arch: string;
  /** Whether the system's C library is glibc, if that matters. */
  readonly hasGlibc: boolean;
}

/** The facts about this process. */
export function nodeFacts(): NodeFacts {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return {
    version: process.versions.node,
    platform: process.platform,
    arch: process.arch,
    hasGlibc: process.platform !== 'linux' || header.glibcVersionRuntime !== undefined,
  };
}

/** Checks that Node.js is recent enough. */
export async function checkNode({ version, platform, arch }: NodeFacts): Promise<Finding[]> {
  const least = leastNodeVersion();
  const node = {
    subject: 'Node.js',
    found: `${version} on ${platform}-${arch}`,
    data: { version, least },
  };
  if (isAtLeast(version, least)) return [finding({ ...node, verdict: 'ok' })];
  const advice = `lamp needs Node.js ${least} or newer: install it from https://nodejs.org.`;
  return [finding({ ...node, verdict: 'problem', advice })];
}

/** The version required by `package.json`. */
function leastNodeVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  const { engines } = z.object({ engines: z.object({ node: z.string() }) }).parse(JSON.parse(text));
  return engines.node.replace(/^>=/, '');
}

function isAtLeast(version: string, least: string): boolean {
  const [found, wanted] = [version, least].map((text) =>
    text.split('.').map((part) => Number.parseInt(part, 10)),
  );
  for (const [i, number] of wanted!.entries()) {
    if (found![i] !== number) return found![i]! > number;
  }
  return true;
}

/**
 * Checks that ONNX Runtime loads, and tries each device with a small graph. Nothing works without the CPU; other
 * devices only improve speed.
 */
export async function checkEngine(runProbe: RunProbe, { hasGlibc }: NodeFacts): Promise<Finding[]> {
  const engine = await runProbe('engine').catch((error: unknown) => said(error));
  const subject = 'ONNX Runtime';
  if ('found' in engine) {
    const advice = hasGlibc
      ? 'Install again with "npm install". If that does not help, this system is too old for it or not supported.'
      : 'It needs glibc, which this system (Alpine Linux?) does not have: use Debian, Ubuntu or an image made from them.';
    return [finding({ subject, verdict: 'problem', found: phrase`does not load: ${engine.found}`, advice })];
  }
  const { versions, providers, devices } = engine;
  const found = `${versions.onnxruntime} with ${providers.join(', ')}`;
  const findings = [finding({ subject, verdict: 'ok', found, data: { versions, providers } })];
  for (const device of devices) findings.push(await checkOneDevice(runProbe, device));
  return findings;
}

const processorAdvice = 'Networks that have them run slower there than they could; update the driver.';

async function checkOneDevice(runProbe: RunProbe, device: string): Promise<Finding> {
  const subject = `device ${device}`;
  const unusable = device === 'cpu' ? 'problem' : 'warning';
  try {
    const answer = await runProbe('device', device);
    if ('reason' in answer) {
      const { reason: found, advice } = answer;
      return finding({ subject, verdict: unusable, found, advice, data: { device } });
    }
    const { seconds, leftToProcessor } = answer;
    const right = `computes a small graph correctly (${seconds.toFixed(2)} s with the start)`;
    const data = { device, seconds, leftToProcessor };
    if (leftToProcessor.length === 0) {
      const whole = device === 'cpu' ? '' : ', and every operator itself';
      return finding({ subject, verdict: 'ok', found: right + whole, data });
    }
    const found = `${right}, but leaves these operators to the processor: ${leftToProcessor.join(', ')}`;
    return finding({ subject, verdict: 'warning', found, advice: processorAdvice, data });
  } catch (error) {
    return finding({ subject, verdict: unusable, ...said(error), data: { device } });
  }
}

/** Below this many FLOP/s of matrix products, training takes days. */
const slow = 3e10;

/** Measures the processor's speed. */
export async function checkSpeed(runProbe: RunProbe): Promise<Finding[]> {
  const { matmul, convolution, int8 } = await runProbe('speed');
  const speed = {
    subject: 'speed',
    found: `${flopText(matmul)}/s in matrix products, ${flopText(convolution)}/s in convolutions, on the processor`,
    data: { matmul, convolution },
  };
  const inEightBits = int8Finding(int8, matmul);
  if (matmul >= slow) return [finding({ ...speed, verdict: 'ok' }), inEightBits];
  const advice = phrase`That is slow. Close other programs, use a small size and few frames, or ${setting('device', 'webgpu')} where a graphics card is at hand.`;
  return [finding({ ...speed, verdict: 'warning', advice }), inEightBits];
}

/** Whether `precision: 'int8'` pays: its products must be right, and clearly faster than those in single precision. */
function int8Finding(int8: number, matmul: number): Finding {
  const found =
    int8 === 0
      ? 'wrong for large values: this processor has no instructions for them (VNNI)'
      : `${flopText(int8)}/s in matrix products, ${(int8 / matmul).toFixed(1)} times single precision`;
  return finding({
    subject: 'speed in 8 bits',
    verdict: 'ok',
    found,
    ...(int8 > 1.3 * matmul && { advice: phrase`${setting('precision', 'int8')} makes use of it.` }),
    data: { int8 },
  });
}
