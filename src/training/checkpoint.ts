/** @file Training checkpoints, from which training resumes bit for bit. */
import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asStorageError } from '../checkpoints/atomic-write.ts';
import { openSafetensors, type SafetensorsFile, writeSafetensors } from '../checkpoints/safetensors.ts';
import type { TensorPlace } from '../checkpoints/tensor-place.ts';
import { readBytesInto } from '../checkpoints/tensor-read.ts';
import type { ByteTensor } from '../checkpoints/writable-tensor.ts';
import { CheckpointError } from '../errors.ts';
import { notice, type OnEvent } from '../events.ts';
import { type FloatTensor, sameShape } from '../graph/host-tensor.ts';
import type { Component } from '../models/base-model.ts';
import type { UNetConfig } from '../models/configs.ts';
import { checkpointParts, checkpointFormat as format } from '../motion/file/checkpoint-motion.ts';
import { describeMotion, type MotionInfo } from '../motion/file/motion-file.ts';
import { motionParameters } from '../motion/motion-parameters.ts';
import { messageParts, phrase, setting } from '../phrases.ts';
import { momentTensors, type OptimizerName } from './optimiser.ts';
import { ParameterSet, type ParameterShape } from './parameter-set.ts';
import { emptyState, type TrainingState } from './state.ts';
import { decidingSettings, type TrainingSettings } from './training-settings.ts';

const version = '1';
/** Number of the last checkpoints kept: the second is a backup in case the first is damaged. */
const KEPT = 2;
const FILE_NAME = /^step-(\d{6,})\.safetensors$/;

/** Whether the metadata of a safetensors file are those of a saved state; "step" is in them then. */
export function isCheckpoint(metadata: Readonly<Record<string, string>>): boolean {
  return metadata.format === format && /^\d{1,15}$/.test(metadata.step ?? '');
}

/** Whether the checkpoint of a step is kept for good, with `TrainingSettings.keepEvery`. */
export function isKept(step: number, keepEvery: number): boolean {
  return keepEvery > 0 && step % keepEvery === 0;
}

/**
 * Writes the state of a LAMP training; see `saveState`. With the description of the motion, as in its file, the
 * checkpoint can be used as that motion.
 */
export function saveCheckpoint(
  folder: string,
  state: TrainingState,
  settings: TrainingSettings,
  info?: MotionInfo,
): Promise<string> {
  const { keepEvery } = settings;
  const metadata = info && { motion: describeMotion(info) };
  return saveState(folder, state, identityOf(decidingSettings(settings)), { keepEvery, metadata });
}

/** Options of {@link saveState}. */
export interface SaveOptions {
  /** Keep the checkpoints of every n-th step as well; 0, the default: only the last two. */
  readonly keepEvery?: number;
  /** More metadata for the file. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/**
 * Writes the state to `folder/step-000123.safetensors`, atomically, then removes all but the last two and those that
 * `keepEvery` keeps. Returns the path. `identity` is a hash of the deciding settings and must match on loading. Throws
 * `StorageError`; earlier checkpoints are untouched then.
 */
export async function saveState(
  folder: string,
  state: TrainingState,
  identity: string,
  { keepEvery = 0, metadata }: SaveOptions = {},
): Promise<string> {
  const { step } = state.optimiser;
  const path = join(folder, `step-${String(step).padStart(6, '0')}.safetensors`);
  await writeSafetensors(path, tensorsOf(state), {
    format,
    version,
    step: String(step),
    settings: identity,
    ...metadata,
  });
  try {
    const outdated = (await listCheckpoints(folder)).filter((each) => each.step < step).slice(KEPT - 1);
    for (const each of outdated) if (!isKept(each.step, keepEvery)) await rm(each.path, { force: true });
  } catch (error) {
    throw asStorageError(error, folder);
  }
  return path;
}

/** The last state of a LAMP training in `folder`, or that of `step` if it is given; see `loadState`. */
export function loadCheckpoint(
  folder: string,
  { weights }: Component<UNetConfig>,
  settings: TrainingSettings,
  { onEvent, step }: { readonly onEvent?: OnEvent | undefined; readonly step?: number | undefined } = {},
): Promise<TrainingState | undefined> {
  const { averageDecay, optimizer, variant, rank } = settings;
  const kind = {
    shapes: motionParameters(weights.shapes, variant, rank),
    averageDecay,
    optimizer,
    identity: identityOf(decidingSettings(settings)),
  };
  return step === undefined ? loadState(folder, kind, onEvent) : stateOf(folder, step, kind);
}

/** The state of one step in `folder`. Throws `CheckpointError` if there is none or it is damaged. */
async function stateOf(folder: string, step: number, kind: StateKind): Promise<TrainingState> {
  const kept = await listCheckpoints(folder);
  const wanted = kept.find((each) => each.step === step);
  if (wanted) return readState(wanted.path, kind);
  const steps = kept.map((each) => each.step).reverse();
  throw new CheckpointError({
    found: `"${folder}" holds no checkpoint of step ${step}`,
    expected: steps.length === 0 ? 'a checkpoint' : `one of the steps that it holds: ${steps.join(', ')}`,
    setting: 'fromStep',
    advice: phrase`With ${setting('keepEvery')}, more of them are kept.`,
  });
}

/** Removes the checkpoints of later steps than `step`, the last one first. Throws `StorageError`. */
export async function removeLater(folder: string, step: number): Promise<void> {
  const later = (await listCheckpoints(folder)).filter((each) => each.step > step);
  try {
    for (const { path } of later) await rm(path, { force: true });
  } catch (error) {
    throw asStorageError(error, folder);
  }
}

/** Requirements on a state to be loaded. */
export interface StateKind {
  readonly shapes: readonly ParameterShape[];
  /** See `TrainingSettings`. */
  readonly averageDecay: number;
  /** Default `adamw`. */
  readonly optimizer?: OptimizerName;
  /** See `saveState`. */
  readonly identity: string;
}

/**
 * The last state in `folder`, or `undefined`. A damaged file is reported as a notice and the previous one is used.
 * Throws `CheckpointError` when all are damaged or belong to a run with other settings.
 */
export async function loadState(
  folder: string,
  kind: StateKind,
  onEvent: OnEvent = () => {},
): Promise<TrainingState | undefined> {
  let failure: CheckpointError | undefined;
  for (const { path } of await listCheckpoints(folder)) {
    try {
      const state = await readState(path, kind);
      if (failure)
        onEvent(
          notice({ ...messageParts(failure), advice: [...failure.advice, `Going on from "${path}".`] }),
        );
      return state;
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      failure ??= error;
    }
  }
  if (failure) throw failure;
  return undefined;
}

/** Checkpoints in `folder`, the latest first; none if there is no such folder. */
export async function listCheckpoints(folder: string): Promise<{ step: number; path: string }[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names
    .flatMap((name) => {
      const step = FILE_NAME.exec(name)?.[1];
      return step === undefined ? [] : [{ step: Number(step), path: join(folder, name) }];
    })
    .sort((a, b) => b.step - a.step);
}

const MOVE_AWAY = 'Move it away.';

async function readState(path: string, kind: StateKind): Promise<TrainingState> {
  const file = await openSafetensors(path);
  const { metadata } = file;
  if (metadata.format !== format || metadata.version !== version) {
    throw new CheckpointError({
      found: `"${path}" is not a training checkpoint that this version can read`,
      advice: MOVE_AWAY,
    });
  }
  if (metadata.settings !== kind.identity) {
    throw new CheckpointError({
      found: `checkpoint "${path}" was made with other settings than this run's`,
      advice: MOVE_AWAY,
    });
  }
  const state = emptyState(new ParameterSet(kind.shapes), kind);
  await readInto(state, file);
  const step = /^\d+$/.test(metadata.step ?? '') ? Number(metadata.step) : Number.NaN;
  if (!Number.isSafeInteger(step)) {
    throw new CheckpointError({
      found: `checkpoint "${path}" does not say after which step it was written`,
      advice: MOVE_AWAY,
    });
  }
  state.optimiser.step = step;
  return state;
}

/** Reads the tensors of a checkpoint into the memory of a state, part by part, to need little memory beside it. */
async function readInto(state: TrainingState, file: SafetensorsFile): Promise<void> {
  const { path, tensors } = file;
  const parts = new Map<string, [string, StateTensor][]>();
  const bytes: [TensorPlace, Uint8Array][] = [];
  for (const [name, tensor] of tensorsOf(state)) {
    const { dtype, shape, data } = tensor;
    const place = tensors.get(name);
    if (place?.dtype !== dtype || !sameShape(place.shape, shape)) {
      const found = place ? `is ${place.dtype} [${place.shape}]` : 'is missing';
      throw new CheckpointError({
        found: `checkpoint "${path}" belongs to another base model: tensor "${name}" ${found}`,
        expected: `${dtype} [${shape}]`,
        advice: MOVE_AWAY,
      });
    }
    const part = name.slice(0, name.indexOf(':'));
    if (dtype === 'uint8') bytes.push([place, data]);
    else parts.set(part, [...(parts.get(part) ?? []), [name, tensor]]);
  }
  for (const part of parts.values()) {
    const found = await file.readMany(part.map(([name]) => name));
    for (const [name, { data }] of part) data.set((found.get(name) as FloatTensor).data);
  }
  await readBytesInto(path, bytes);
}

type StateTensor = FloatTensor | ByteTensor;

/** The tensors of a checkpoint, in the memory of the state. */
function tensorsOf({ parameters, optimiser, average }: TrainingState): [name: string, tensor: StateTensor][] {
  const named = (prefix: string, set: ParameterSet | undefined) =>
    [...(set?.views ?? [])].map(([name, view]): [string, StateTensor] => [prefix + name, view]);
  const parts = checkpointParts;
  return [
    ...named(parts.parameter, parameters),
    ...momentTensors(optimiser),
    ...named(parts.average, average),
  ];
}

/** A short hash of settings, independent of the order of their keys. */
export function identityOf(settings: object): string {
  const entries = Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(entries)).digest('hex');
}
