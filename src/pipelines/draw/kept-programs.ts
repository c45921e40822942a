/** @file Programs that are compiled on first use and kept for reuse. */
import { notice, type WorkOptions } from '../../events.ts';
import type { BaseModel } from '../../models/base-model.ts';
import { encodePrompts, type TextStates } from '../../models/programs.ts';
import { neverShown, wordsNeverShown } from '../../models/shown-words.ts';
import type { DeviceName } from '../../runtime/devices.ts';
import type { MemoryChoice } from '../../runtime/memory-mode.ts';
import { betweenSteps } from './sampling-settings.ts';

/** A program compiled on demand. */
export interface Kept<T> {
  /** Compiles the program on the first call, with an event. Throws what compiling throws; a later call tries again. */
  get(work?: WorkOptions): Promise<T>;
  /** Frees the program; it is compiled again when next needed. */
  dispose(): Promise<void>;
}

/** A program that is compiled by `make` on first use. */
export function compiled<T extends { dispose(): Promise<void> }>(make: () => Promise<T>): Kept<T> {
  let program: T | undefined;
  return {
    async get(work = {}) {
      if (!program) {
        await betweenSteps(work, 'compiling', 0, 1);
        program = await make();
        await betweenSteps(work, 'compiling', 1, 1);
      }
      return program;
    },
    async dispose() {
      const old = program;
      program = undefined;
      await old?.dispose();
    },
  };
}

/** Encodes prompts, and caches the last few. */
export interface PromptEncoder {
  /**
   * Text states `[prompts, tokens, d]`. A notice reports, once for each prompt, that it is too long or has words that
   * the model was not trained on.
   */
  encode(prompts: readonly string[], work?: WorkOptions): Promise<TextStates>;
  /** Lets notices that were already given be given again. */
  tellAgain(): void;
}

/** Number of cached sets of prompts. */
const rememberedPrompts = 16;

/** The prompt encoder of a base model. The text encoder itself is in memory only while it runs. */
export function promptEncoder(
  base: BaseModel,
  device: DeviceName,
  memory: MemoryChoice = 'auto',
): PromptEncoder {
  const states = new Map<string, TextStates>();
  const told = new Set<string>();
  return {
    async encode(prompts, work = {}) {
      for (const prompt of prompts) {
        if (told.has(prompt)) continue;
        told.add(prompt);
        warnOfLength(base, prompt, work);
        warnOfWords(base, prompt, work);
      }
      const key = JSON.stringify(prompts);
      const known = states.get(key);
      if (known) return known;
      const found = await encodePrompts(base, prompts, { device, memory });
      if (states.size >= rememberedPrompts) states.delete(states.keys().next().value!);
      states.set(key, found);
      return found;
    },
    tellAgain: () => told.clear(),
  };
}

function warnOfWords({ name, shown }: BaseModel, prompt: string, { onEvent }: WorkOptions): void {
  const words = shown ? wordsNeverShown(shown, prompt) : [];
  if (words.length > 0) onEvent?.(notice(neverShown(name, words)));
}

function warnOfLength({ tokenizer }: BaseModel, prompt: string, { onEvent }: WorkOptions): void {
  const tokens = tokenizer.encodeUntruncated(prompt).length;
  if (tokens <= tokenizer.maxLength) return;
  onEvent?.(
    notice({
      found: `a prompt has ${tokens} tokens, and its end is cut off: "${shortened(prompt)}"`,
      expected: `at most ${tokenizer.maxLength}, which the model reads`,
    }),
  );
}

/** The beginning of a text, for use in a message. */
function shortened(text: string): string {
  return text.length <= 300 ? text : `${text.slice(0, 300)} …`;
}
