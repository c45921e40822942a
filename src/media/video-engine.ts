/** @file Loads mediabunny with its native codecs, once, when a video is first read or written. */

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type * as Mediabunny from 'mediabunny';
import { LampError } from '../errors.ts';

/** The command that installs the codecs, an optional peer of this package in the version that it names. */
export const installCodecs = 'npm install --ignore-scripts @mediabunny/server@1.59.0';

let engine: Promise<typeof Mediabunny> | undefined;

/**
 * The mediabunny library with its native decoders and encoders registered. Throws `LampError` if these are not
 * installed (they are an optional peer of this package) or do not run on this platform.
 */
export function videoEngine(): Promise<typeof Mediabunny> {
  engine ??= start();
  return engine;
}

/**
 * The error that {@link videoEngine} throws; `undefined` if the codecs work. GIF, WebP and folders of pictures need no
 * codecs.
 */
export async function videoCodecTrouble(): Promise<LampError | undefined> {
  return videoEngine().then(
    () => undefined,
    (error: LampError) => error,
  );
}

async function start(): Promise<typeof Mediabunny> {
  try {
    const [mediabunny, { registerMediabunnyServer }] = await Promise.all([
      import('mediabunny'),
      import('@mediabunny/server'),
    ]);
    registerMediabunnyServer();
    mediabunny.Logging.level = mediabunny.LogLevel.Silent;
    await adjustFfmpeg();
    return mediabunny;
  } catch (error) {
    throw new LampError(
      {
        found: `MP4, MOV, MKV and WebM need the video codecs, which ${whatIsWrong(error)}`,
        advice: `Install them with "${installCodecs}" (FFmpeg with x264 and x265, GPL-3.0-or-later), or use GIF or a folder of PNG frames.`,
      },
      { cause: error },
    );
  }
}

/** Completes a sentence about the codecs: that the package is missing, or what its native part reports. */
function whatIsWrong(error: unknown): string {
  const { code, message }: NodeJS.ErrnoException = error instanceof Error ? error : new Error(String(error));
  if (code === 'ERR_MODULE_NOT_FOUND') return 'are not installed';
  return `cannot be loaded on ${process.platform}-${process.arch} (${message.split('\n', 1)[0]})`;
}

/** The parts of node-av, a dependency of mediabunny, that are adjusted here. */
interface NodeAv {
  readonly Log: { setLevel(level: number): void };
  readonly CodecContext: { readonly prototype: CodecContext };
  avGetPixFmtName(format: number): string | null;
}
interface CodecContext {
  threadCount: number;
  open2(...options: unknown[]): Promise<number>;
}

/**
 * Adjusts two things for which mediabunny has no option. FFmpeg's libraries print warnings about damaged files directly
 * to the terminal; users get our message instead. And x264 uses as many threads as there are cores and divides its work
 * accordingly; with one thread the same frames give the same bytes on every machine.
 */
async function adjustFfmpeg(): Promise<void> {
  const quiet = -8; // AV_LOG_QUIET
  const { Log, CodecContext } = await nodeAv();
  Log.setLevel(quiet);
  const open = CodecContext.prototype.open2;
  CodecContext.prototype.open2 = function (...options) {
    this.threadCount = 1;
    return open.apply(this, options);
  };
}

async function nodeAv(): Promise<NodeAv> {
  const server = createRequire(import.meta.url).resolve('@mediabunny/server');
  const path = createRequire(server).resolve('node-av');
  return (await import(pathToFileURL(path).href)) as NodeAv;
}

/** The internals of a mediabunny sample decoded by FFmpeg. */
interface NativeSample {
  readonly _data: { readonly frame?: { readonly format: number; readonly colorSpace: number } } | null;
}

/**
 * FFmpeg's name for the pixel format of a frame that it decoded, for formats without a name in mediabunny (grey, 4:4:0,
 * planar RGB); `undefined` for other frames.
 */
export async function nativePixelFormat(sample: Mediabunny.VideoSample): Promise<string | undefined> {
  const format = (sample as unknown as NativeSample)._data?.frame?.format;
  return format === undefined ? undefined : ((await nodeAv()).avGetPixFmtName(format) ?? undefined);
}

/**
 * The colour matrix of a frame decoded by FFmpeg, as a code point of ITU-T H.273, for matrices without a name in
 * mediabunny; `undefined` for other frames.
 */
export function nativeMatrix(sample: Mediabunny.VideoSample): number | undefined {
  return (sample as unknown as NativeSample)._data?.frame?.colorSpace;
}
