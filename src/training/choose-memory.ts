/** @file How much memory a training step takes, decided before anything is computed. */
import { bytesText } from '../amounts.ts';
import { DeviceError } from '../errors.ts';
import { type Phrase, phrase, setting } from '../phrases.ts';
import type { DeviceName } from '../runtime/devices.ts';
import { freeMemory, mostMemory, whoseMemory } from '../runtime/free-memory.ts';
import { type MemoryMode, memoryModes } from '../runtime/memory-mode.ts';
import type { TrainingSettings } from './training-settings.ts';

/** Fraction of the free memory that `auto` fills with a step; the rest is for all else, and for the system. */
export const trainingShare = 0.85;

/** What a choice depends on. */
export interface MemoryQuestion {
  readonly choice: TrainingSettings['memory'];
  readonly device: DeviceName;
  /** Estimated bytes of a training step. Called only where needed. */
  readonly estimate: (memory: MemoryMode) => number;
  /** Estimated bytes of a step in the mode that needs the least, with matrices trained as factors of rank 32. */
  readonly estimateLowRank: () => number;
  /** Likewise with `optimizer: 'adamw-8bit'`, in full rank; absent if the training has it already. */
  readonly estimate8Bit?: (() => number) | undefined;
  /** Free bytes; default `freeMemory()`. */
  readonly free?: number;
  /** Bytes that the process may have at most; default `mostMemory()`. */
  readonly whole?: number;
}

/**
 * Resolves `auto`: the fastest mode whose estimate leaves some of the free memory, or else the one that needs the
 * least. On a graphics card, which has memory of its own, `auto` is `fast`.
 *
 * Throws `DeviceError`, with what would fit, where the chosen mode needs more memory than the machine has.
 */
export function chooseMemory(question: MemoryQuestion): MemoryMode {
  const { choice, device, estimate, free = freeMemory(), whole = mostMemory() } = question;
  if (device !== 'cpu') return choice === 'auto' ? 'fast' : choice;
  const chosen =
    choice === 'auto'
      ? (memoryModes.find((mode) => estimate(mode) <= trainingShare * free) ?? 'low')
      : choice;
  if (estimate(chosen) > whole) throw doesNotFit(chosen, question, whole);
  return chosen;
}

function doesNotFit(chosen: MemoryMode, question: MemoryQuestion, whole: number): DeviceError {
  const { estimate, estimateLowRank, estimate8Bit } = question;
  const whose = whoseMemory(whole, question.whole);
  const fitting = memoryModes.filter((mode) => mode !== chosen && estimate(mode) <= whole);
  const advice: Phrase[] = fitting.map(
    (mode) => phrase`${setting('memory', mode)} needs ${bytesText(estimate(mode))}.`,
  );
  const lessState = estimate8Bit?.() ?? Number.POSITIVE_INFINITY;
  if (fitting.length === 0 && lessState <= whole) {
    advice.push(
      phrase`${setting('memory', 'low')} with ${setting('optimizer', 'adamw-8bit')} needs ${bytesText(lessState)}.`,
    );
  }
  const lowRank = estimateLowRank();
  if (fitting.length === 0 && lowRank < estimate('low')) {
    advice.push(
      phrase`${setting('memory', 'low')} with ${setting('rank', 32)} needs ${bytesText(lowRank)}${lowRank > whole ? ', which is too much as well' : ''}.`,
    );
  }
  advice.push(phrase`A smaller ${setting('size')} or fewer ${setting('frames')} need less.`);
  return new DeviceError({
    found: phrase`a training step needs about ${bytesText(estimate(chosen))} of memory with ${setting('memory', chosen)}`,
    expected: `at most the ${bytesText(whole)} that ${whose}`,
    setting: 'memory',
    advice,
  });
}
