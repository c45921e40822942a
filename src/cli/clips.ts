/** @file `lamp clips`: looks clips over before they are trained on, and takes them apart where they need it. */

import { basename, extname } from 'node:path';
import { Command } from 'commander';
import { MediaError, UsageError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import { notesAbout } from '../media/clip-notes.ts';
import {
  type ClipReport,
  examineClips,
  type SetReport,
  shotLengths,
  type VideoPlaces,
} from '../media/clip-report.ts';
import { type ClipRate, type ClipWindowKind, clipWindows } from '../media/clip-window.ts';
import { contactSheet } from '../media/contact-sheet.ts';
import { assertEmpty, planPieces, writePieces } from '../media/cut-clips.ts';
import { findClipSet } from '../media/find-clips.ts';
import { writePng } from '../media/picture-file.ts';
import { wordFor, wordParts } from '../phrases.ts';
import { type Facts, factLines, passedOverRows } from './facts.ts';
import { interruptible } from './interruptible.ts';
import { clipFpsHelp, clipFrameRate, oneOf, someText, wholeNumber } from './options.ts';
import { reporter } from './progress.ts';
import { commandVocabulary } from './vocabulary.ts';

interface ClipsOptions {
  readonly frames: number;
  readonly clipFps?: ClipRate;
  readonly stride: number;
  readonly window: ClipWindowKind;
  readonly cut?: boolean;
  readonly out?: string;
  readonly preview?: string;
  readonly json?: boolean;
}

const help = `
Looks for: too few frames, shot cuts inside a clip, black bars, what players hide or show at uneven times, interlacing,
stills, repeated frames, clips that show nearly the same, missing captions, captions of no clip, missing numbers among frames,
videos that lamp made, and what else is in the folder. Proposes --clip-fps and --stride for training. The preview has a row
for each clip, in the order of the list: the frames of the training video that it gives with --clip-fps, --stride and
--window, as "lamp train" takes them, or of one example where videos begin anywhere (random). With --cut, every shot becomes a
clip without black bars (MP4 of the same rate; folders of pictures
stay such), what needs no cutting is copied, and captions go along.

Examples:
  lamp clips clips/horse-runs --preview sheet.png
  lamp clips clips/raw --cut --out clips/clean --frames 24`;

/** The command, to be added to the program. */
export function clipsCommand(): Command {
  return new Command('clips')
    .description('look clips over before training: cuts, bars, stills, doubles, stride; take them apart')
    .argument('<paths...>', 'clips, or folders of clips')
    .option('--frames <n>', 'frames of a training video', wholeNumber({ least: 2, most: 10_000 }), 16)
    .option('--clip-fps <rate>', clipFpsHelp, clipFrameRate)
    .option('--stride <n>', 'take every n-th of these frames', wholeNumber(), 1)
    .option(
      '--window <place>',
      'where in a clip a training video begins: random, start or middle; spread: over the whole clip',
      oneOf(...clipWindows),
      'random',
    )
    .option(
      '--preview <file.png>',
      'write a sheet with the frames of a training video of every clip',
      someText,
    )
    .option('--cut', 'write every shot as a clip of its own into --out')
    .option('--out <folder>', 'for --cut: a new or empty folder', someText)
    .option('--json', 'print one JSON object; progress as lines of JSON before it')
    .addHelpText('after', help)
    .action(async (paths: string[], options: ClipsOptions) => {
      assertOptions(options);
      if (options.cut) await assertEmpty(options.out!);
      const { onEvent, end } = reporter({ json: options.json ?? false });
      try {
        await interruptible((signal) => look(paths, options, { onEvent, signal }, end));
      } finally {
        end();
      }
    });
}

function assertOptions({ cut, out, preview }: ClipsOptions): void {
  if (cut && out === undefined) throw new UsageError('--cut needs --out <folder>: a new or empty folder.');
  if (out !== undefined && !cut) throw new UsageError('--out is for --cut. Add --cut, or leave --out away.');
  if (preview !== undefined && extname(preview).toLowerCase() !== '.png') {
    throw new UsageError(`--preview is "${preview}"; its name must end in .png.`);
  }
}

async function look(
  paths: readonly string[],
  options: ClipsOptions,
  work: WorkOptions,
  end: () => void,
): Promise<void> {
  const { frames, clipFps, stride, window, preview } = options;
  const found = await findClipSet(paths);
  const count = found.clips.length;
  const report = await examineClips(found, {
    ...work,
    ...{ frames, clipFps, stride, window },
    strip:
      preview === undefined ? undefined : { width: largestSheet - 4 * frames, height: stripHeight(count) },
  });
  end();
  const facts = setFacts(paths.join(', '), report, frames, preview !== undefined);
  process.stdout.write(`${options.json ? JSON.stringify(facts.data) : factLines(facts)}\n`);
  if (options.preview !== undefined && report.strips.length > 0) {
    await writePng(options.preview, contactSheet(report.strips, { gap: 2, background: [64, 64, 64] }));
    work.onEvent?.({ type: 'written', path: options.preview });
  }
  if (options.cut) {
    const pieces = planPieces(report.clips, frames);
    await writePieces(pieces, options.out!, work);
    work.onEvent?.({ type: 'written', path: options.out! });
  }
  const unfit =
    report.unreadable.length + report.clips.filter((clip) => isUnfit(clip, frames, report.clipFps)).length;
  if (unfit > 0) {
    throw new MediaError(
      `${unfit} of ${count} clips cannot be trained on with --frames ${frames}; see above.`,
    );
  }
}

/** The largest side of a PNG that every program opens. */
const largestSheet = 16_000;

function stripHeight(clips: number): number {
  return Math.max(8, Math.min(96, Math.floor(largestSheet / clips) - 2));
}

function isUnfit(clip: ClipReport, frames: number, clipFps: ClipRate): boolean {
  return notesAbout(clip, frames, clipFps).some(({ kind }) => kind === 'short');
}

/** What is known about the clips, to be shown. */
export function setFacts(path: string, report: SetReport, frames: number, showPlaces = false): Facts {
  const { clips, unreadable, alike, passedOver, unusedCaptions, proposal, clipFps } = report;
  const count = clips.length + unreadable.length;
  const captioned = clips.filter(({ caption }) => caption !== undefined).length;
  const rows: [string, string][] = [];
  for (const clip of clips) {
    rows.push([basename(clip.path), clipText(clip)]);
    for (const note of notesAbout(clip, frames, clipFps)) {
      rows.push(['', `${note.serious ? 'problem' : 'note'}: ${wordFor(note, commandVocabulary)}`]);
    }
    if (showPlaces && clip.window) rows.push(['', placesText(clip.window)]);
  }
  for (const { path, reason } of unreadable) rows.push([basename(path), `problem: ${reason}`]);
  for (const { paths, share } of alike) {
    const [one, other] = paths.map((path) => basename(path));
    const text = `"${one}" and "${other}" show nearly the same (${Math.round(100 * share)} % of the shorter). Leave one out.`;
    rows.push(['alike', text]);
  }
  rows.push(...passedOverRows(passedOver));
  rows.push(['captions', captionText(captioned, clips.length)]);
  for (const text of unusedCaptions) rows.push(['', `note: ${text}`]);
  rows.push(['proposed', proposalText(report, frames)]);
  return {
    title: `${count} clip${count === 1 ? '' : 's'} at "${path}"`,
    rows,
    data: {
      kind: 'clip set',
      clips: clips.map(({ frameTimes, ...clip }) => ({
        ...clip,
        notes: notesAbout(frameTimes ? { ...clip, frameTimes } : clip, frames, clipFps).map((note) => ({
          kind: note.kind,
          serious: note.serious,
          ...wordParts(note, commandVocabulary),
        })),
      })),
      unreadable,
      alike,
      passedOver,
      unusedCaptions,
      clipFps,
      proposal: proposal ?? null,
    },
  };
}

function clipText({
  width,
  height,
  frameCount,
  framesPerSecond,
  durationSeconds,
  moving,
}: ClipReport): string {
  const rate = framesPerSecond === null ? '' : ` at ${short(framesPerSecond)} a second`;
  const time = durationSeconds === null ? '' : `, ${durationSeconds.toFixed(1)} s`;
  const motion = moving > 0 ? `; motion in ${Math.max(1, Math.round(100 * moving))} % of the picture` : '';
  return `${width}x${height}, ${frameCount} frames${rate}${time}${motion}`;
}

/** Which training videos a clip gives, and which of them is shown. */
function placesText({ first, last, starts, frames }: VideoPlaces): string {
  const shown =
    frames.length <= 24 ? frames.join(', ') : `${frames.slice(0, 8).join(', ')}, … ${frames.at(-1)}`;
  if (starts === 1) return `preview: frames ${shown}`;
  return `preview: a video begins at one of ${starts} places, frame ${first} to ${last}; an example: frames ${shown}`;
}

function captionText(captioned: number, clips: number): string {
  if (captioned === 0) return 'none; all clips are trained with the prompt';
  if (captioned === clips) return 'every clip has one';
  return `${captioned} of ${clips} clips have one`;
}

function proposalText({ clips, clipFps, proposal }: SetReport, frames: number): string {
  const rates = new Set(clips.flatMap((clip) => clip.framesPerSecond ?? []));
  if (!proposal) {
    const longest = Math.max(0, ...clips.flatMap((clip) => shotLengths(clip, clipFps)));
    const taken = clipFps !== 'frames' && rates.size > 1 ? ` at ${short(clipFps)} a second` : '';
    return longest >= 2
      ? `no clip holds ${frames} frames${taken}; --frames ${longest} is the most that one holds${taken && ', or give a higher --clip-fps'}`
      : 'nothing, since no clip holds more than one frame';
  }
  const { stride, seconds, framesPerSecond } = proposal;
  const rate =
    clipFps !== 'frames' && (rates.size > 1 || !rates.has(clipFps)) ? `--clip-fps ${short(clipFps)} ` : '';
  return `${rate}--frames ${frames} --stride ${stride}: training videos of ${seconds.toFixed(1)} s that play at ${short(framesPerSecond)} frames a second`;
}

function short(value: number): string {
  return `${Number(value.toFixed(3))}`;
}
