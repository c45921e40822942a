/** @file The device that a function computes on: the one given, or the fastest that works here. */
import { flopText } from '../amounts.ts';
import { notice, type WorkOptions } from '../events.ts';
import { assertPrecision } from '../models/precision.ts';
import { joinPhrases, type Phrase, phrase, setting } from '../phrases.ts';
import { assertLowMemory } from '../runtime/chain-program.ts';
import { type DeviceName, parseDeviceChoice } from '../runtime/devices.ts';
import { leftToProcessor } from '../runtime/processor-share.ts';
import { type Precision, precisions } from '../runtime/running-settings.ts';
import { allowTf32 } from '../runtime/tf32.ts';
import { said } from './machine/finding.ts';
import { type RunProbe, runProbe } from './machine/run-probe.ts';

/** The choice of a device, and of what may go with the processor alone. */
export interface RunningChoice {
  /** A device, or `auto`. */
  readonly device: string;
  readonly memory?: string | undefined;
  readonly precision?: string | undefined;
}

/** A device, and the work options for what is done on it. */
export interface OnDevice {
  readonly device: DeviceName;
  readonly work: WorkOptions;
}

/** A device, and why it was taken. */
interface Taken {
  readonly device: DeviceName;
  readonly why: Phrase;
}

/** What the automatic choice of this process came to: it takes seconds, and is made once. */
let chosenHere: Promise<Taken> | undefined;

/**
 * Settles the device. `auto` takes CUDA or else WebGPU where they work and are faster than the processor, which a
 * software adapter is not, else the processor; a notice says which one and why. The events of the returned work options
 * include a notice that names the operators which the device leaves to the processor, if any. Throws `DeviceError` for
 * an unknown name, and for a precision or memory mode that the device does not have.
 */
export async function onDevice(choice: RunningChoice, work: WorkOptions): Promise<OnDevice> {
  const named = parseDeviceChoice(choice.device);
  if (named !== 'auto') return opened(named, choice, work);
  const { device, why } = onlyOn(choice) ?? (await fastestHere());
  work.onEvent?.(notice({ found: phrase`the device is "${device}": ${why}`, setting: 'device' }));
  return opened(device, choice, work);
}

function opened(device: DeviceName, { memory, precision }: RunningChoice, work: WorkOptions): OnDevice {
  // What cannot be is said before the device is tried.
  if (isPrecision(precision)) assertPrecision(precision, device);
  assertLowMemory(memory, device);
  // Decided before anything runs on CUDA, such as the small graph that tries it.
  if (device === 'cuda') allowTf32(precision === 'tf32');
  return { device, work: tellingOfProcessor(device, work) };
}

function isPrecision(name: string | undefined): name is Precision {
  return precisions.some((each) => each === name);
}

/** The device that the other choices go with alone. */
function onlyOn({ memory, precision }: RunningChoice): Taken | undefined {
  if (precision === 'tf32')
    return { device: 'cuda', why: phrase`${setting('precision', precision)} is for it alone` };
  const only =
    precision === 'int8' ? setting('precision', precision) : memory === 'low' && setting('memory', memory);
  return only ? { device: 'cpu', why: phrase`${only} is for it alone` } : undefined;
}

function fastestHere(): Promise<Taken> {
  chosenHere ??= fastestDevice(runProbe);
  return chosenHere;
}

/** The first card that is faster than the processor, or the processor, and why. Cards are tried by `probe`. */
export async function fastestDevice(probe: RunProbe): Promise<Taken> {
  const reasons: Phrase[] = [];
  for (const device of ['cuda', 'webgpu'] as const) {
    const found = await probe('contest', device).catch((error: unknown) => ({ reason: said(error).found }));
    if ('reason' in found) {
      reasons.push(phrase`${device} cannot be used (${found.reason})`);
      continue;
    }
    const [card, processor] = [found.card, found.processor].map((flops) => `${flopText(flops)}/s`);
    const speeds = `${card} in matrix products, the processor ${processor}`;
    if (found.card > found.processor) return { device, why: phrase`it computes ${speeds}` };
    reasons.push(phrase`${device} is slower (${speeds})`);
  }
  return { device: 'cpu', why: joinPhrases(reasons, '; ') };
}

/** Work options whose events include, once it is known, which operators the device leaves to the processor. */
export function tellingOfProcessor(
  device: DeviceName,
  work: WorkOptions,
  left: (device: DeviceName) => readonly string[] = leftToProcessor,
): WorkOptions {
  const { onEvent } = work;
  if (device === 'cpu' || !onEvent) return work;
  let told = 0;
  return {
    ...work,
    onEvent: (event) => {
      const names = left(device);
      if (names.length > told) {
        told = names.length;
        onEvent(
          notice({
            found: `device "${device}" leaves these operators to the processor, which slows it down: ${names.join(', ')}`,
            setting: 'device',
          }),
        );
      }
      onEvent(event);
    },
  };
}
