/**
 * @file How much memory a run's steps take, and with how many threads they are computed: both affect the last digits.
 */
import { notice, type WorkOptions } from '../../events.ts';
import { type Phrase, phrase, setting } from '../../phrases.ts';
import { computingThreads, type DeviceName } from '../../runtime/devices.ts';
import type { MemoryMode } from '../../runtime/memory-mode.ts';
import { runningDefaults } from '../../runtime/running-settings.ts';
import { chooseMemory } from '../../training/choose-memory.ts';
import type { RunRecord } from '../../training/run-folder.ts';
import { trainingCost } from '../../training/training-cost.ts';
import type { TrainingInput, TrainingSettings } from '../../training/training-settings.ts';
import { latentsOf, type Prepared, tokensOf } from './prepare-training.ts';

/** What was asked for, and who is told. */
interface MemoryQuestion extends Pick<WorkOptions, 'onEvent'> {
  readonly settings: Partial<TrainingInput>;
}

/**
 * How much memory the steps take: as it was when the run was begun, so that resuming gives the same bytes, unless
 * something else is asked for now.
 */
export function memoryFor(
  prepared: Prepared,
  { settings: { memory: asked = runningDefaults.memory }, onEvent }: MemoryQuestion,
  begun?: RunRecord,
): MemoryMode {
  const { base, device, settings, texts } = prepared;
  const { variant, rank, optimizer, accumulation, averageDecay } = settings;
  const estimate = (
    memory: MemoryMode,
    other: Partial<Pick<TrainingSettings, 'rank' | 'optimizer'>> = {},
  ) => {
    const options = { memory, variant, rank, optimizer, accumulation, averageDecay, ...other };
    return trainingCost(base.unet, latentsOf(prepared), tokensOf(texts), options).bytes;
  };
  const chosen = chooseMemory({
    choice: asked === 'auto' ? (begun?.memory ?? settings.memory) : asked,
    device,
    estimate,
    estimateLowRank: () => estimate('low', { rank: 32 }),
    ...(optimizer !== 'adamw-8bit' && { estimate8Bit: () => estimate('low', { optimizer: 'adamw-8bit' }) }),
  });
  if (chosen !== 'fast') {
    const gigabytes = (estimate(chosen) / 1e9).toFixed(1);
    const by = asked === 'auto' && settings.memory === 'auto' ? ', which auto chose' : '';
    const found = phrase`training with ${setting('memory', chosen)}${by}: a step needs about ${gigabytes} GB`;
    onEvent?.(notice({ found }));
  }
  return chosen;
}

/** Number of threads that compute on a device, if they affect what comes out. */
export function threadsOn(device: DeviceName): number | undefined {
  return device === 'cpu' ? computingThreads() : undefined;
}

/**
 * Reports in a notice if a resumed run rounds differently than until now, so that it ends with other bytes than if it
 * had not been interrupted.
 */
export function tellOtherArithmetic(
  begun: RunRecord,
  { device }: Prepared,
  memory: MemoryMode,
  { onEvent }: WorkOptions,
): void {
  const tell = (found: Phrase, advice: Phrase) =>
    onEvent?.(
      notice({
        found: phrase`${found}: the motion differs in its last digits from an unbroken run's`,
        advice,
      }),
    );
  if (begun.memory !== undefined && begun.memory !== memory) {
    tell(
      phrase`the run was begun with ${setting('memory', begun.memory)}, and goes on with ${setting('memory', memory)}`,
      phrase`Omit ${setting('memory')} for the same bytes.`,
    );
  }
  const threads = threadsOn(device);
  if (begun.threads !== undefined && threads !== undefined && begun.threads !== threads) {
    const count = (n: number) => `${n} thread${n === 1 ? '' : 's'}`;
    tell(
      phrase`the run was begun with ${count(begun.threads)}, and goes on with ${count(threads)}`,
      phrase`Set LAMP_THREADS=${String(begun.threads)} for the same bytes.`,
    );
  }
}
