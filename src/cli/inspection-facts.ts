/** @file The output of `lamp inspect` for each kind of file or folder. */
import { bytesText, countText } from '../amounts.ts';
import type { ClipInspection, ClipsInspection, PictureInspection } from '../library/inspect-media.ts';
import type { Inspection } from '../library/inspect-path.ts';
import type { CheckpointInspection, MotionInspection, RunInspection } from '../library/inspect-trained.ts';
import { builtInName } from '../models/built-in-base.ts';
import { call, phrase, wordPhrase } from '../phrases.ts';
import { baseRows } from './base-facts.ts';
import { noteData, noteRows, setFacts } from './clip-set-facts.ts';
import { type Facts, type Row, settingRows } from './facts.ts';
import { commandVocabulary } from './vocabulary.ts';

/** The facts to display. */
export function inspectionFacts(found: Inspection): Facts {
  const { path } = found;
  switch (found.kind) {
    case 'base': {
      const isBuiltIn = path === builtInName && found.name === builtInName;
      const title = `base model "${path}"${isBuiltIn ? ', which comes with lamp' : ''}`;
      return { title, rows: baseRows(found), data: { ...found } };
    }
    case 'motion':
      return { title: `motion "${path}"`, rows: motionRows(found), data: { ...found } };
    case 'checkpoint':
      return {
        title: `training checkpoint "${path}"`,
        rows: checkpointRows(found),
        data: { ...found },
      };
    case 'run':
      return { title: `training run "${path}"`, rows: runRows(found), data: { ...found } };
    case 'picture':
      return {
        title: `picture "${path}"${found.lamp ? ', drawn by lamp' : ''}`,
        rows: pictureRows(found),
        data: { ...found },
      };
    case 'clip':
      return {
        title: found.lamp ? `video "${path}", made by lamp` : `clip "${path}", ${clipKinds[found.clipKind]}`,
        rows: clipRows(found),
        data: { ...found, notes: found.notes.map(noteData) },
      };
    case 'clips':
      return clipsFacts(found);
  }
}

function clipsFacts(found: ClipsInspection): Facts {
  const count = found.clips.length + found.unreadable.length;
  const title = `folder of ${count} clip${count === 1 ? '' : 's'} "${found.path}"`;
  const { data, rows } = setFacts(found, { title, kind: found.kind });
  const options: Row = ['options', 'those named here are options of "lamp clips" and "lamp train"'];
  return { title, rows: [...rows, options], data: { path: found.path, ...data } };
}

function motionRows(found: MotionInspection): Row[] {
  return [
    ['prompt', found.prompt],
    ['base', `${found.baseName} (fingerprint ${found.baseFingerprint})`],
    [
      'made for',
      `${found.frames} frames of ${found.width}x${found.height} at ${rate(found.framesPerSecond)}`,
    ],
    ['trained', `${found.steps} steps`],
    ...(found.rank ? [['rank', `${found.rank} (low-rank factors)`] satisfies Row] : []),
    valuesRow(found),
    ...settingRows(found.settings),
  ];
}

function checkpointRows(found: CheckpointInspection): Row[] {
  const goOn =
    found.run === undefined
      ? 'not in a run folder; training can resume from it only in its own'
      : wordPhrase(
          phrase`${found.run}; continue with: ${call('learnMotion', { out: found.run, resume: true })}`,
          commandVocabulary,
        );
  const { path, motion } = found;
  const make = motion && call('generateVideo', { motion: path, prompt: motion.prompt, out: 'video.gif' });
  return [
    ['steps', `${found.step} taken`],
    ['run', goOn],
    ...(make ? [['as a motion', wordPhrase([make], commandVocabulary)] satisfies Row] : []),
    valuesRow(found),
  ];
}

function valuesRow({ parameters, tensors, bytes }: MotionInspection | CheckpointInspection): Row {
  return ['values', `${countText(parameters)} in ${tensors} tensors (${bytesText(bytes)})`];
}

function runRows(run: RunInspection): Row[] {
  const { base: _, clips: __, ...settings } = run.settings;
  const resume = wordPhrase([call('learnMotion', { out: run.path, resume: true })], commandVocabulary);
  return [
    ['state', run.finished ? `finished ${run.finished}` : `not finished; continue with: ${resume}`],
    ['steps', `${run.stepsTaken} of ${run.settings.steps}`],
    ...(run.checkpoints.length > 0
      ? [['checkpoints', `of step ${run.checkpoints.map(({ step }) => step).join(', ')}`] satisfies Row]
      : []),
    ...(run.meanLoss ? [['loss', lossText(run.meanLoss)] satisfies Row] : []),
    ...heldOutRows(run),
    ['base', `${run.base.name} (fingerprint ${run.base.unet})`],
    ...(run.startedFrom
      ? [['started from', `${run.startedFrom.path}, after ${run.startedFrom.steps} steps`] satisfies Row]
      : []),
    ['clips', clipsText(run)],
    ...settingRows(settings),
    ...settingRows(run.versions),
  ];
}

function heldOutRows({ heldOut, heldOutLosses = [] }: RunInspection): Row[] {
  const [first, last] = [heldOutLosses[0], heldOutLosses.at(-1)];
  if (!heldOut || !first || !last) return [];
  const text = [first, last].map(({ step, loss }) => `${loss.toFixed(4)} after step ${step}`);
  const clips = `${heldOut.length} clip${heldOut.length === 1 ? '' : 's'}`;
  return [['held out', `${clips}; loss ${[...new Set(text)].join(', ')}`]];
}

function clipsText({ clips }: RunInspection): string {
  const frames = clips.reduce((sum, { frameCount }) => sum + frameCount, 0);
  return `${clips.length} with ${frames} frames in all`;
}

function lossText({ steps, first, last }: NonNullable<RunInspection['meanLoss']>): string {
  if (steps < 2 && first === last) return first.toFixed(4);
  return `${first.toFixed(4)} in the first ${steps} steps, ${last.toFixed(4)} in the last`;
}

const clipKinds = { video: 'a video', animation: 'an animation', folder: 'a folder of pictures' } as const;

function clipRows(clip: ClipInspection): Row[] {
  return [
    ['size', `${clip.width}x${clip.height}`],
    ['frames', `${clip.frameCount}${clip.framesPerSecond ? ` at ${rate(clip.framesPerSecond)}` : ''}`],
    ['as a clip', strideText(clip)],
    ...noteRows(clip.notes),
    ...madeRows(clip),
  ];
}

function madeRows({ lamp }: ClipInspection): Row[] {
  if (!lamp) return [];
  const { frames: _frames, width: _width, height: _height, framesPerSecond: _rate, ...rest } = lamp;
  return settingRows(rest);
}

function pictureRows({ width, height, lamp }: PictureInspection): Row[] {
  const { width: _, height: __, ...made } = lamp ?? {};
  return [['size', `${width}x${height}`], ...settingRows(made)];
}

function strideText({ largestStride: largest, videoFrames: frames }: ClipInspection): string {
  if (largest === 0) return `too short for ${frames} frames`;
  return `${frames} frames at ${largest === 1 ? 'stride 1' : `strides 1 to ${largest}`}`;
}

function rate(framesPerSecond: number): string {
  return `${Number(framesPerSecond.toFixed(2))} frames a second`;
}
