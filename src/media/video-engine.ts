/** @file Starts mediabunny with its native codecs, once and only when a video is read or written. */

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type * as Mediabunny from 'mediabunny';
import { LampError } from '../errors.ts';

let engine: Promise<typeof Mediabunny> | undefined;

/**
 * The mediabunny library with its native decoders and encoders registered. Throws `LampError` when these are not
 * installed, as where optional dependencies are left out, or do not run on this platform.
 */
export function videoEngine(): Promise<typeof Mediabunny> {
  engine ??= start();
  return engine;
}

/**
 * The trouble that {@link videoEngine} throws, `undefined` where the codecs work. GIF, WebP and folders of pictures
 * need none.
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
      `MP4, MOV, MKV and WebM need the video codecs, which ${whatIsWrong(error)}. Install lamp-video again, with its ` +
        'optional dependencies, to have them (@mediabunny/server: FFmpeg with x264 and x265, GPL-3.0-or-later), or use GIF ' +
        'or a folder of PNG frames.',
      { cause: error },
    );
  }
}

/** Whether the package is not there, or what its native part says: the rest of a sentence about the codecs. */
function whatIsWrong(error: unknown): string {
  const { code, message }: NodeJS.ErrnoException = error instanceof Error ? error : new Error(String(error));
  if (code === 'ERR_MODULE_NOT_FOUND') return 'are not installed';
  return `cannot be loaded on ${process.platform}-${process.arch} (${message.split('\n', 1)[0]})`;
}

/** The parts of node-av, mediabunny's own dependency, that are adjusted here. */
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
 * Two things that mediabunny leaves no option for. FFmpeg's libraries print what they think of a damaged file straight
 * to the terminal: the user gets our message instead. And x264 takes as many threads as there are cores and cuts its
 * work accordingly: with one thread the same frames give the same bytes on every machine.
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

/** What mediabunny keeps of a frame that FFmpeg's decoders made. */
interface NativeSample {
  readonly _data: { readonly frame?: { readonly format: number; readonly colorSpace: number } } | null;
}

/**
 * FFmpeg's name for the pixel format of a frame that its decoders made, for formats to which mediabunny gives none
 * (grey, 4:4:0, planes of red, green and blue); `undefined` for another frame.
 */
export async function nativePixelFormat(sample: Mediabunny.VideoSample): Promise<string | undefined> {
  const format = (sample as unknown as NativeSample)._data?.frame?.format;
  return format === undefined ? undefined : ((await nodeAv()).avGetPixFmtName(format) ?? undefined);
}

/**
 * The colour matrix of a frame that FFmpeg's decoders made, as a code point of ITU-T H.273, for those to which
 * mediabunny gives no name; `undefined` for another frame.
 */
export function nativeMatrix(sample: Mediabunny.VideoSample): number | undefined {
  return (sample as unknown as NativeSample)._data?.frame?.colorSpace;
}
