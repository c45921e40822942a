/** @file The captions of a training's clips, and their text encodings. */

import { UsageError } from '../../errors.ts';
import { notice, type OnEvent } from '../../events.ts';
import { type FloatTensor, floats } from '../../graph/host-tensor.ts';
import { describeCaptionNotes } from '../../media/caption-notes.ts';
import { readCaptions } from '../../media/captions.ts';
import { findClipSet } from '../../media/find-clips.ts';
import type { BaseModel } from '../../models/base-model.ts';
import { inBatches } from '../../models/program-by-count.ts';
import { encodePrompts } from '../../models/programs.ts';
import { neverShown, wordsNeverShown } from '../../models/shown-words.ts';
import { phrase, setting } from '../../phrases.ts';
import type { DeviceName } from '../../runtime/devices.ts';
import type { MemoryChoice } from '../../runtime/memory-mode.ts';
import type { TrainingInput } from '../training-settings.ts';
import type { TrainingClip } from './training-clip.ts';

/**
 * The first clip's caption, used in place of the prompt if none is given and every clip has a caption. `undefined` if
 * no clip has one or captions are switched off. Notices report captions that belong to no clip. Throws `UsageError` if
 * only some clips have a caption, `MediaError` for a missing clip.
 */
export async function firstCaption(
  { clips = [], captions = true }: Pick<Partial<TrainingInput>, 'clips' | 'captions'>,
  onEvent?: OnEvent,
): Promise<string | undefined> {
  if (!captions) return undefined;
  const { clips: paths, folders } = await findClipSet(clips);
  const { captions: found, notes } = await readCaptions(paths, folders);
  const without = paths.filter((path) => !found.has(path));
  if (without.length > 0) {
    for (const said of describeCaptionNotes(notes)) onEvent?.(notice(said));
  }
  if (found.size > 0 && without.length > 0) {
    throw new UsageError({
      found: `training needs a prompt for the ${without.length} of ${paths.length} clips that have no caption, such as "${without[0]}"`,
      setting: 'prompt',
      advice: phrase`Give ${setting('prompt', 'a person walks')}.`,
    });
  }
  return found.get(paths[0] ?? '');
}

/** Reports in a notice how many clips have captions of their own, if any do. */
export function tellOfCaptions(clips: readonly TrainingClip[], onEvent: OnEvent | undefined): void {
  const own = clips.filter(({ caption }) => caption !== undefined).length;
  if (own === 0) return;
  const message =
    own < clips.length
      ? `${own} of ${clips.length} clips use captions of their own, the others the prompt.`
      : `${own === 1 ? 'the clip uses a caption of its' : `all ${own} clips use captions of their`} own, not the prompt.`;
  onEvent?.(notice(message));
}

/**
 * Text states `[1, tokens, d]` of each clip: of its caption, or of the prompt if it has none. Each text is encoded
 * once. Notices report texts that are too long for the model and words that it was not trained on.
 */
export async function clipTexts(
  base: Pick<BaseModel, 'textEncoder' | 'tokenizer'> & Partial<Pick<BaseModel, 'name' | 'shown'>>,
  clips: readonly Pick<TrainingClip, 'caption'>[],
  prompt: string,
  {
    device,
    memory,
    onEvent,
  }: {
    readonly device: DeviceName;
    readonly memory?: MemoryChoice;
    readonly onEvent?: OnEvent | undefined;
  },
): Promise<FloatTensor[]> {
  const texts = clips.map(({ caption }) => caption ?? prompt);
  const distinct = [...new Set(texts)];
  const { encodeUntruncated, maxLength } = base.tokenizer;
  for (const text of distinct) {
    const tokens = encodeUntruncated(text).length;
    if (tokens <= maxLength) continue;
    const name = text === prompt ? 'the prompt' : `the caption "${text}"`;
    onEvent?.(
      notice({
        found: `${name} has ${tokens} tokens, and its end is cut off`,
        expected: `at most ${maxLength}, which the model reads`,
        setting: text === prompt ? 'prompt' : 'captions',
      }),
    );
  }
  const words = base.shown ? wordsNeverShown(base.shown, distinct.join('\n')) : [];
  if (words.length > 0) onEvent?.(notice(neverShown(base.name ?? '', words)));
  const states = await inBatches(distinct, async (some) =>
    samples(await encodePrompts(base, some, { device, memory })),
  );
  return texts.map((text) => states[distinct.indexOf(text)]!);
}

/** The samples `[1, …]` of a tensor `[n, …]`. */
function samples({ shape, data }: FloatTensor): FloatTensor[] {
  const [count, ...rest] = shape as [number, ...number[]];
  const size = data.length / count;
  return Array.from({ length: count }, (_, i) => floats(data.slice(i * size, (i + 1) * size), [1, ...rest]));
}
