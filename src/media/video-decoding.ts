/** @file Decodes video files (MP4, MOV, WebM, Matroska) frame by frame, in process, with mediabunny. */

import type { Input, InputVideoTrack, VideoSample, VideoSampleSink } from 'mediabunny';
import { LampError, MediaError } from '../errors.ts';
import { CombFinder } from './combing.ts';
import { type Fields, fieldsOf } from './field-order.ts';
import { conversionLine, maybeTransportStream } from './file-kinds.ts';
import { type ClipTiming, timingOf } from './frame-times.ts';
import type { FirstField } from './h264-fields.ts';
import { readMovieTrack } from './movie-boxes.ts';
import type { Picture } from './picture.ts';
import { assertFile } from './picture-file.ts';
import { isShownIn, type ShownPart, shownAt, shownParts } from './presented-time.ts';
import { COPY_AGAIN } from './refuse-media.ts';
import { sampleLayout, samplePlanes } from './sample-planes.ts';
import type { Size } from './size.ts';
import { videoEngine } from './video-engine.ts';
import { sampleToPicture } from './video-sample.ts';

/** The result of {@link inspectVideo}. */
export interface VideoFacts extends Size, ClipTiming {
  /** Number of frames that are shown. */
  readonly frameCount: number;
  /** Number of frames in the file, if an edit list does not show each exactly once. */
  readonly storedFrames?: number;
  /** The field displayed first, if the video is interlaced; frames are made from this field alone. */
  readonly firstField?: FirstField;
  /** Whether the video is interlaced H.265, which is not deinterlaced: its pictures are used unchanged. */
  readonly interlacedAsIs?: boolean;
  /**
   * The field that is shown first, if the pictures are visibly interlaced (combed) although the video is not flagged as
   * such. They are used unchanged.
   */
  readonly combed?: FirstField;
}

/**
 * Display size (after rotation, in square pixels), and the frames that a player shows and that can be decoded, with
 * their timing. Decodes the whole file once. Throws `MediaError` if the file is not a video, is truncated or damaged,
 * or uses an unsupported codec.
 */
export async function inspectVideo(path: string): Promise<VideoFacts> {
  return withVideoTrack(path, async (track) => {
    const presentation = await presentationOf(track, path);
    const storedFrames = await assertComplete(track, path);
    const times: number[] = [];
    let lastDuration = 0;
    let size: Size | undefined;
    const { firstField, interlacedAsIs } = presentation;
    const combs = firstField || interlacedAsIs ? undefined : new CombFinder();
    for await (const { sample, time } of shownSamples(track, presentation.parts)) {
      times.push(time);
      lastDuration = sample.duration;
      // Taken from the frame itself: mediabunny 1.61 halves the height of interlaced MPEG transport streams.
      size ??= await uprightSize(sample, track);
      if (combs?.isDone === false) await lookForCombs(combs, sample);
      sample.close();
    }
    if (!size) {
      throw new MediaError(
        presentation.parts
          ? {
              found: `clip "${path}" has an edit list that shows none of its frames`,
              advice: 'Re-encode it.',
            }
          : {
              found: `clip "${path}" holds no complete frame; the file is probably cut off`,
              advice: COPY_AGAIN,
            },
      );
    }
    const combed = combs?.firstField;
    return {
      ...size,
      frameCount: times.length,
      ...(presentation.parts && storedFrames !== times.length && { storedFrames }),
      ...(firstField && { firstField }),
      ...(interlacedAsIs && { interlacedAsIs }),
      ...(combed && { combed }),
      ...timingOf(times, lastDuration, 1 / (await track.getTimeResolution())),
    };
  });
}

/**
 * Passes the shown frames whose indices are in `wanted` to `take`, in order, each as soon as it is decoded, and stops
 * after the last of them. Returns the number of frames decoded. Throws `MediaError` as {@link inspectVideo} does.
 */
export async function decodeVideo(
  path: string,
  wanted: ReadonlySet<number>,
  take: (frame: Picture, index: number) => Promise<void>,
): Promise<number> {
  const last = [...wanted].reduce((most, index) => Math.max(most, index), -1);
  return withVideoTrack(path, async (track) => {
    const { parts, firstField } = await presentationOf(track, path);
    let seen = 0;
    for await (const { sample } of shownSamples(track, parts)) {
      try {
        if (wanted.has(seen)) {
          await take(await sampleToPicture(sample, track, firstField), seen);
        }
      } finally {
        sample.close();
      }
      seen++;
      if (seen > last) {
        break;
      }
    }
    return seen;
  });
}

/** The comment tag of a video file; `undefined` if it has none. Throws `MediaError` if the file is not a video. */
export async function readVideoComment(path: string): Promise<string | undefined> {
  return withVideoTrack(path, async (_, input) => (await input.getMetadataTags()).comment);
}

/** Opens a video file and passes its video track to `use`. Throws `MediaError` as {@link inspectVideo} does. */
async function withVideoTrack<T>(
  path: string,
  use: (track: InputVideoTrack, input: Input) => Promise<T>,
): Promise<T> {
  await assertFile(path, 'clip');
  const { ALL_FORMATS, FilePathSource, HLS, Input: VideoInput } = await videoEngine();
  // A failing read is reported by the call that waits for it; an unhandled second report would end the process.
  const source = new FilePathSource(path, { handleUnhandledError: () => {} });
  // A playlist would cause files other than the named one to be read.
  const formats = ALL_FORMATS.filter((format) => format !== HLS);
  const input = new VideoInput({ source, formats });
  try {
    // Files of a few bytes make the reader throw instead of saying no.
    if (!(await input.canRead().catch(() => false))) {
      throw new MediaError({
        found: `clip "${path}" is not a video file, or it is damaged at the beginning`,
        advice: 'Use MP4, MOV, WebM, MKV or GIF.',
      });
    }
    endSearches(input);
    const track = await input.getPrimaryVideoTrack();
    if (!track) {
      throw new MediaError(
        maybeTransportStream(path)
          ? {
              found: `clip "${path}" holds no picture track that is read: it is sound only, cut off, or coded as MPEG-2, as DVDs and broadcasts are`,
              advice: `Convert it: ${conversionLine(path)}`,
            }
          : {
              found: `clip "${path}" holds no picture track; the file is cut off or is sound only`,
              advice: COPY_AGAIN,
            },
      );
    }
    if (!(await track.canDecode())) {
      const codec = (await track.getCodec()) ?? (await track.getInternalCodecId());
      throw new MediaError({
        found: `clip "${path}" uses the codec "${codec}", which cannot be decoded`,
        advice: 'Re-encode it as H.264, H.265, VP8, VP9 or AV1.',
      });
    }
    return await use(track, input);
  } catch (error) {
    throw error instanceof LampError ? error : damaged(path, error);
  } finally {
    input.dispose();
  }
}

interface InputInternals {
  readonly _reader: {
    requestSliceRange(start: number, least: number, most: number): Piece | Promise<Piece>;
  };
}
type Piece = { readonly length: number } | null;

/** Bytes that Matroska's search for the next element leaves over at the end of what it looks through. */
const LEFT_OVER = 8;

/**
 * Ends searches for the next element of a damaged Matroska or WebM file where the file ends. In mediabunny 1.61 they
 * ask for the last eight bytes again and again, without end. They alone ask for pieces that may be empty.
 */
function endSearches(input: Input): void {
  const reader = (input as unknown as InputInternals)._reader;
  const request = reader.requestSliceRange.bind(reader);
  const orNothing = (piece: Piece) => (piece && piece.length <= LEFT_OVER ? null : piece);
  reader.requestSliceRange = (start, least, most) => {
    const piece = request(start, least, most);
    if (least > 0) return piece;
    return piece instanceof Promise ? piece.then(orNothing) : orNothing(piece);
  };
}

function damaged(path: string, error: unknown): MediaError {
  const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
  return new MediaError(
    {
      found: `clip "${path}" is damaged and cannot be decoded (${reason})`,
      advice: 'Copy or download it again, or re-encode it.',
    },
    { cause: error },
  );
}

/** Compares the frames in the file's index with those whose bytes are complete; returns the number of frames. */
async function assertComplete(track: InputVideoTrack, path: string): Promise<number> {
  const { EncodedPacketSink } = await videoEngine();
  const sink = new EncodedPacketSink(track);
  const count = async (metadataOnly: boolean) => {
    let packets = 0;
    for await (const _ of sink.packets(undefined, undefined, { metadataOnly })) {
      packets++;
    }
    return packets;
  };
  const listed = await count(true);
  const complete = await count(false);
  if (complete < listed) {
    throw new MediaError({
      found: `clip "${path}" is cut off: ${complete} of its ${listed} frames are there`,
      advice: COPY_AGAIN,
    });
  }
  return listed;
}

async function lookForCombs(combs: CombFinder, sample: VideoSample): Promise<void> {
  const layout = await sampleLayout(sample);
  // Green is most of the brightness.
  const [plane] = layout ? await samplePlanes(sample, { ...layout, kind: 'grey' }) : [];
  if (layout && plane) combs.add({ plane, width: sample.visibleRect.width, bits: layout.bits });
}

async function uprightSize(sample: VideoSample, track: InputVideoTrack): Promise<Size> {
  const [width, height] = [sample.squarePixelWidth, sample.squarePixelHeight];
  return (await track.getRotation()) % 180 === 0 ? { width, height } : { width: height, height: width };
}

/** How a track is presented. */
interface Presentation extends Fields {
  /** The parts that the edit list shows; `undefined` without an edit list: everything. */
  readonly parts: readonly ShownPart[] | undefined;
}

async function presentationOf(track: InputVideoTrack, path: string): Promise<Presentation> {
  const movie = await readMovieTrack(path, track.id);
  return { parts: movie && shownParts(movie), ...(await fieldsOf(track, movie, path)) };
}

/** The shown frames in order of display, with their display times. The consumer must close each of them. */
async function* shownSamples(
  track: InputVideoTrack,
  parts: readonly ShownPart[] | undefined,
): AsyncGenerator<{ readonly sample: VideoSample; readonly time: number }> {
  const sink = await calmSampleSink(track);
  if (!parts) {
    for await (const sample of sink.samples()) yield { sample, time: sample.timestamp };
    return;
  }
  for (const part of parts) {
    const isHeld = part.rate === 0;
    // A held frame is the one displayed at that time.
    const bounds = isHeld
      ? [part.from + part.tick, part.from + 2 * part.tick]
      : [part.from - part.tick, part.until];
    for await (const sample of sink.samples(...bounds)) {
      if (isHeld || isShownIn(part, sample)) yield { sample, time: shownAt(part, sample.timestamp) };
      else sample.close();
      if (isHeld) break;
    }
  }
}

type Report = (error: unknown) => void;
interface Decoder {
  customDecoder?: { decode(packet: unknown): Promise<void>; flush(): Promise<void> };
}
interface SinkInternals {
  _createDecoder(onSample: unknown, onError: Report): Promise<Decoder>;
}

/**
 * A sample sink whose native decoder reports failures through the sink only. In mediabunny 1.61 a rejected `decode`
 * also poisons the queue that `close` waits for, which causes an unhandled rejection and leaks the decoder's memory.
 */
async function calmSampleSink(track: InputVideoTrack): Promise<VideoSampleSink> {
  const { VideoSampleSink } = await videoEngine();
  // Software decoding gives the same pixels on every machine.
  const sink = new VideoSampleSink(track, { hardwareAcceleration: 'prefer-software' });
  const internals = sink as unknown as SinkInternals;
  const create = internals._createDecoder.bind(sink);
  internals._createDecoder = async (onSample, onError) => {
    const decoder = await create(onSample, onError);
    const native = decoder.customDecoder;
    if (native) {
      const decode = native.decode.bind(native);
      const flush = native.flush.bind(native);
      native.decode = (packet) => decode(packet).catch(onError);
      native.flush = () => flush().catch(onError);
    }
    return decoder;
  };
  return sink;
}
