/** @file Programs that are compiled when they are first needed and kept for the next time. */
import { notice, type WorkOptions } from '../../events.ts';
import type { BaseModel } from '../../models/base-model.ts';
import { encodePrompts, type TextStates } from '../../models/programs.ts';
import { neverShownText, wordsNeverShown } from '../../models/shown-words.ts';
import type { DeviceName } from '../../runtime/devices.ts';
import { betweenSteps } from './sampling-settings.ts';

/** Something compiled on demand. */
export interface Kept<T> {
  /** Compiles it the first time, with an event. Throws what compiling throws; a later call tries again. */
  get(work?: WorkOptions): Promise<T>;
  /** Frees it; it is compiled again when it is next needed. */
  dispose(): Promise<void>;
}

/** Makes a program that is compiled by `make` when it is first asked for. */
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

/** Encodes prompts, and remembers the last few. */
export interface PromptEncoder {
  /** Text states `[prompts, tokens, d]`; tells with a notice, the first time that it comes, when a prompt is too long or has words that the model was never shown. */
  encode(prompts: readonly string[], work?: WorkOptions): Promise<TextStates>;
  /** Has the notices come again. */
  tellAgain(): void;
}

/** How many sets of prompts are remembered. */
const rememberedPrompts = 16;

/** Makes a prompt encoder of a base model. The text encoder itself is in memory only while it runs. */
export function promptEncoder(base: BaseModel, device: DeviceName): PromptEncoder {
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
      const found = await encodePrompts(base, prompts, { device });
      if (states.size >= rememberedPrompts) states.delete(states.keys().next().value!);
      states.set(key, found);
      return found;
    },
    tellAgain: () => told.clear(),
  };
}

function warnOfWords({ name, shown }: BaseModel, prompt: string, { onEvent }: WorkOptions): void {
  const words = shown ? wordsNeverShown(shown, prompt) : [];
  if (words.length > 0) onEvent?.(notice(neverShownText(name, words)));
}

function warnOfLength({ tokenizer }: BaseModel, prompt: string, { onEvent }: WorkOptions): void {
  const tokens = tokenizer.encodeUntruncated(prompt).length;
  if (tokens <= tokenizer.maxLength) return;
  onEvent?.(
    notice(
      `a prompt has ${tokens} tokens, of which the model reads ${tokenizer.maxLength}; the end is cut off: "${shortened(prompt)}"`,
    ),
  );
}

/** The beginning of a text, for a message. */
function shortened(text: string): string {
  return text.length <= 300 ? text : `${text.slice(0, 300)} …`;
}
