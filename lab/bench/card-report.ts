/** @file The report of `npm run bench -- --gpu-report`: what a device did, and what of it was wrong. */
import { bytesText, flopText } from '../../src/amounts.ts';
import type { OperatorsCheck, StepCheck, WorkCheck } from './card-checks.ts';
import type { BenchResult } from './cases.ts';

/** The report. A part that failed as a whole, such as by a crash, is absent, and named in `wrong`. */
export interface CardReport {
  readonly format: 'lamp-gpu-report';
  readonly version: 1;
  readonly device: string;
  /** The card, as the person says who has it: ONNX Runtime does not tell. */
  readonly card: string | null;
  readonly machine: {
    readonly platform: string;
    readonly arch: string;
    readonly processor: string;
    readonly memory: number;
    readonly node: string;
    readonly versions: Readonly<Record<string, string>>;
  };
  readonly operators?: OperatorsCheck | undefined;
  readonly step?: StepCheck | undefined;
  readonly work?: WorkCheck | undefined;
  /** Benchmark cases: speed as a share of the device's own ceiling, and memory of the process. */
  readonly cases: readonly BenchResult[];
  /** The largest value that the device could hold, in bytes, of those tried. */
  readonly largestBuffer: number;
  readonly seconds: number;
  /** What is wrong, in words; empty if all is well. */
  readonly wrong: readonly string[];
}

/** Largest relative difference of an operator from the processor, whose own sums are in another order. */
const operatorTolerance = 1e-3;
/** Largest relative difference of a whole network's results and gradients. */
const stepTolerance = 1e-2;
/** Largest relative difference of a loss after a few steps. */
const lossTolerance = 0.02;
/** Least ratio of signal to noise against the processor's video, in decibels: differences that no eye sees. */
const leastPsnr = 35;
/** The largest value of a training step on Stable Diffusion 1.x with 16 frames of 512×320 takes 300 MiB. */
const leastBuffer = 512 * 2 ** 20;

/** What is wrong in the parts of a report. \`failures\` are those of whole parts. */
export function wrongIn(
  { operators, step, work, largestBuffer }: Pick<CardReport, 'operators' | 'step' | 'work' | 'largestBuffer'>,
  failures: readonly string[],
): string[] {
  const wrong = [...failures];
  for (const { name, difference, error } of operators?.operators ?? []) {
    if (error !== undefined) wrong.push(`operator ${name} fails: ${error}`);
    // Not "larger than": a difference that is no number is wrong, too.
    else if (!(difference! <= operatorTolerance)) {
      wrong.push(`operator ${name} differs from the processor by ${percent(difference!)}`);
    }
  }
  for (const part of ['loss', 'gradients', 'prediction'] as const) {
    if (step && !(step[part] <= stepTolerance)) {
      wrong.push(`a step on the tiny network is wrong: ${part} off by ${percent(step[part])}`);
    }
  }
  const left = [...new Set([operators, step, work].flatMap((part) => part?.leftToProcessor ?? []))];
  if (left.length > 0) wrong.push(`left to the processor: ${left.join(', ')}`);
  if (work) wrong.push(...wrongWork(work));
  if (largestBuffer < leastBuffer) {
    wrong.push(`a value of ${bytesText(leastBuffer)} cannot be held, but ${bytesText(largestBuffer)} can`);
  }
  return wrong;
}

function wrongWork({ losses, lossesOnCpu, psnr }: WorkCheck): string[] {
  const wrong: string[] = [];
  const steps = lossesOnCpu.map((expected, i) => Math.abs(losses[i]! / expected - 1));
  const step = steps.findIndex((difference) => !(difference <= lossTolerance));
  if (step >= 0) {
    wrong.push(`the loss of step ${step + 1} is ${losses[step]}, on the processor ${lossesOnCpu[step]}`);
  }
  if (!(psnr >= leastPsnr)) wrong.push(`the video differs from the processor's: ${psnr.toFixed(1)} dB`);
  return wrong;
}

/** The report for people, line by line. */
export function reportLines(report: CardReport): string[] {
  const { device, card, machine, operators, step, work, cases, largestBuffer, seconds, wrong } = report;
  const worst = Math.max(...(operators?.operators ?? []).map(({ difference = Number.NaN }) => difference));
  return [
    `device       ${device}${card === null ? '' : `, ${card}`}`,
    `machine      ${machine.platform}-${machine.arch}, ${machine.processor}, ${bytesText(machine.memory)}`,
    `software     ${Object.entries({ node: machine.node, ...machine.versions })
      .flat()
      .join(' ')}`,
    ...(operators
      ? [
          `operators    ${operators.operators.length}, at most ${percent(worst)} from the processor`,
          `left over    ${operators.leftToProcessor.join(', ') || 'nothing'}, for the processor`,
        ]
      : []),
    ...(step
      ? [
          `a step       loss ${percent(step.loss)}, gradients ${percent(step.gradients)}, prediction ${percent(step.prediction)} from the processor`,
        ]
      : []),
    ...(work
      ? [
          `training     ${work.stepSeconds.toFixed(3)} s a step, on the processor ${work.stepSecondsOnCpu.toFixed(3)} s; loss ${work.losses.at(-1)!.toFixed(4)}, ${work.lossesOnCpu.at(-1)!.toFixed(4)}`,
          `video        ${work.videoSeconds.toFixed(1)} s, on the processor ${work.videoSecondsOnCpu.toFixed(1)} s; ${work.psnr.toFixed(1)} dB between them`,
        ]
      : []),
    `buffers      ${bytesText(largestBuffer)}, the largest tried that worked`,
    ...cases.map(
      ({ name, seconds, fraction, matmul, convolution, peakBytes }) =>
        `speed        ${name}: ${seconds.toFixed(3)} s, ${(100 * fraction).toFixed(0)} % of ${flopText(Math.max(matmul, convolution))}/s; ${bytesText(peakBytes)} of the machine's memory`,
    ),
    `time         ${seconds.toFixed(0)} s`,
    ...(wrong.length === 0 ? ['result       all is well'] : wrong.map((what) => `WRONG        ${what}`)),
  ];
}

function percent(fraction: number): string {
  return `${(100 * fraction).toPrecision(2)} %`;
}
