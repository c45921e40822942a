/** @file Starts mediabunny with its native codecs, once and only when a video is read or written. */

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type * as Mediabunny from 'mediabunny';
import { LampError } from '../errors.ts';

let engine: Promise<typeof Mediabunny> | undefined;

/**
 * The mediabunny library with its native decoders and encoders registered. Throws `LampError` when the native part is
 * not installed for this platform.
 */
export function videoEngine(): Promise<typeof Mediabunny> {
  engine ??= start();
  return engine;
}

async function start(): Promise<typeof Mediabunny> {
  try {
    const [mediabunny, { registerMediabunnyServer }] = await Promise.all([
      import('mediabunny'),
      import('@mediabunny/server'),
    ]);
    registerMediabunnyServer();
    mediabunny.Logging.level = mediabunny.LogLevel.Silent;
    await silenceFfmpeg();
    return mediabunny;
  } catch (error) {
    throw new LampError(
      `the video codecs cannot be loaded on ${process.platform}-${process.arch} ` +
        `(${error instanceof Error ? error.message.split('\n', 1)[0] : String(error)}). ` +
        'Install the package again without omitting optional dependencies, or use GIF files or folders of PNG frames.',
      { cause: error },
    );
  }
}

/**
 * FFmpeg's libraries print what they think of a damaged file straight to the terminal; the user gets our message
 * instead. The package that wraps them is mediabunny's own dependency, hence found from there.
 */
async function silenceFfmpeg(): Promise<void> {
  const quiet = -8; // AV_LOG_QUIET
  try {
    const server = createRequire(import.meta.url).resolve('@mediabunny/server');
    const nodeAv = createRequire(server).resolve('node-av');
    const { Log } = (await import(pathToFileURL(nodeAv).href)) as { Log: { setLevel(level: number): void } };
    Log.setLevel(quiet);
  } catch {
    // Then a damaged file costs a few more lines on the terminal, nothing else.
  }
}
