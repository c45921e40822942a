/** @file The output of `lamp clips` and `lamp inspect` for a set of clips. */
import { basename } from 'node:path';
import type { ClipReport, ClipSetReport } from '../library/examine-clips.ts';
import { describeCaptionNotes } from '../media/caption-notes.ts';
import type { Proposal, VideoPlaces } from '../media/clip-report.ts';
import { short } from '../media/rate-notes.ts';
import type { Remark } from '../media/remark.ts';
import { messageParts, wordFor, wordParts } from '../phrases.ts';
import { type Facts, passedOverRows } from './facts.ts';
import { commandVocabulary } from './vocabulary.ts';

/** How a set is displayed. */
export interface SetView {
  /** The first line. */
  readonly title: string;
  /** `kind` of the JSON object. */
  readonly kind: string;
  /** Whether to show where training videos begin, which is only of interest with a preview. */
  readonly showPlaces?: boolean;
}

/** The facts about the clips to display. */
export function setFacts(report: ClipSetReport, { title, kind, showPlaces }: SetView): Facts {
  const { clips, unreadable, alike, passedOver, notes, proposal, clipFps } = report;
  const captionTexts = describeCaptionNotes(report.captionNotes).map((said) =>
    wordFor(messageParts(said), commandVocabulary),
  );
  const captioned = clips.filter(({ caption }) => caption !== undefined).length;
  const rows: [string, string][] = [];
  for (const clip of clips) {
    rows.push([basename(clip.path), clipText(clip)], ...noteRows(clip.notes));
    if (showPlaces && clip.window) rows.push(['', placesText(clip.window)]);
  }
  for (const { path, ...parts } of unreadable) {
    rows.push([basename(path), `problem: ${wordFor(parts, commandVocabulary)}`]);
  }
  for (const group of alike.slice(0, mostGroups)) rows.push(['alike', noteText(group)]);
  if (alike.length > mostGroups) rows.push(['', `and ${alike.length - mostGroups} more groups of clips`]);
  rows.push(...passedOverRows(passedOver));
  rows.push(['captions', captionText(captioned, clips.length)]);
  for (const text of captionTexts) rows.push(['', `note: ${text}`]);
  for (const note of notes) rows.push([note.kind === 'no proposal' ? 'proposed' : 'rate', noteText(note)]);
  if (proposal) rows.push(['proposed', proposalText(proposal)]);
  return {
    title,
    rows,
    data: {
      kind,
      clips: clips.map(({ frameTimes: _, notes, onNumbers, ...clip }) => ({
        ...clip,
        onNumbers: onNumbers.map(noteData),
        notes: notes.map(noteData),
      })),
      unreadable: unreadable.map(({ path, ...parts }) => {
        const { message: reason, ...worded } = wordParts(parts, commandVocabulary);
        return { path, reason, ...worded };
      }),
      alike: alike.map(({ paths, share, ...note }) => ({ paths, share, ...noteData(note) })),
      passedOver,
      unusedCaptions: captionTexts,
      captionNotes: report.captionNotes,
      notes: notes.map(noteData),
      clipFps,
      proposal: proposal ?? null,
    },
  };
}

/** Number of groups of similar clips listed; more are only counted. */
const mostGroups = 10;

/** Notes on a clip, as rows below its own. */
export function noteRows(notes: readonly Remark[]): [string, string][] {
  return notes.map((note) => ['', `${note.serious ? 'problem' : 'note'}: ${noteText(note)}`]);
}

function noteText(note: Remark): string {
  return wordFor(note, commandVocabulary);
}

/** A note as data, in the command's vocabulary. */
export function noteData(note: Remark) {
  return { kind: note.kind, serious: note.serious, ...wordParts(note, commandVocabulary) };
}

function clipText(clip: ClipReport): string {
  const { width, height, frameCount, framesPerSecond, durationSeconds, moving } = clip;
  const rate = framesPerSecond === null ? '' : ` at ${short(framesPerSecond)} a second`;
  const time = durationSeconds === null ? '' : `, ${durationSeconds.toFixed(1)} s`;
  const motion = moving > 0 ? `; motion in ${Math.max(1, Math.round(100 * moving))} % of the picture` : '';
  return `${width}x${height}, ${frameCount} frames${rate}${time}${partText(clip)}${motion}`;
}

/** The part of a clip that is used. */
function partText({ part }: ClipReport): string {
  if (!part) return '';
  const { first, end, crop } = part;
  const within = crop ? `, ${crop.width}x${crop.height} at ${crop.left},${crop.top}` : '';
  return `; used: frames ${first} to ${end - 1}${within}`;
}

/** The possible training videos of a clip, and the one displayed. */
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

function proposalText({ settings, seconds, framesPerSecond }: Proposal): string {
  const options = Object.entries(settings).map(([name, value]) =>
    commandVocabulary.setting(
      name,
      name === 'clipFps' && value !== 'frames' ? short(value as number) : value,
    ),
  );
  return `${options.join(' ')}: training videos of ${seconds.toFixed(1)} s that play at ${short(framesPerSecond)} frames a second`;
}
