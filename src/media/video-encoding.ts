/** @file Encodes pictures as MP4 (H.264) or WebM (VP9) in process; the same input gives the same bytes. */

import { LampError } from '../errors.ts';
import type { Picture } from './picture.ts';
import { videoEngine } from './video-engine.ts';
import { customaryMatrix, pictureToI420 } from './yuv.ts';

/** Containers that {@link encodeVideo} makes. */
export type Container = 'mp4' | 'webm';

/**
 * Constant quantisers, chosen for quality: videos are short, so a megabyte more does not matter. H.264's range is 0 to
 * 51, VP9's 0 to 63; at these values artefacts are invisible (about 45 dB on camera pictures).
 */
const QUANTISER = { mp4: 14, webm: 4 } as const;

/**
 * Encodes frames of one size as a video file in memory: 4:2:0, limited range, with the standard colour matrix for that
 * size, tagged accordingly. Width and height must be even. `comment` is stored as the file's comment tag. Throws
 * `LampError` if the encoder fails.
 */
export async function encodeVideo(
  frames: readonly Picture[],
  container: Container,
  framesPerSecond: number,
  comment: string | undefined,
): Promise<Uint8Array> {
  const { BufferTarget, Mp4OutputFormat, Output, Quality, VideoSample, VideoSampleSource, WebMOutputFormat } =
    await videoEngine();
  const { width, height } = frames[0]!;
  const matrix = customaryMatrix({ width, height });
  const colorSpace = { primaries: 'bt709', transfer: 'bt709', matrix, fullRange: false } as const;
  const target = new BufferTarget();
  const format =
    container === 'mp4' ? new Mp4OutputFormat({ fastStart: 'in-memory' }) : new WebMOutputFormat();
  const output = new Output({ format, target });
  const source = new VideoSampleSource({
    codec: container === 'mp4' ? 'avc' : 'vp9',
    quality: new Quality({ quantizer: QUANTISER[container] }),
    hardwareAcceleration: 'prefer-software', // Hardware encoders differ from machine to machine.
    onEncodedPacket: (_, meta) => {
      // The encoder does not know the meaning of its planes, so the file's tags are set here.
      if (meta?.decoderConfig) {
        meta.decoderConfig.colorSpace = colorSpace;
      }
    },
  });
  output.addVideoTrack(source, { frameRate: framesPerSecond });
  if (comment !== undefined) {
    output.setMetadataTags({ comment });
  }
  try {
    await output.start();
    for (const [index, frame] of frames.entries()) {
      const sample = new VideoSample(pictureToI420(frame, matrix), {
        format: 'I420',
        codedWidth: width,
        codedHeight: height,
        timestamp: index / framesPerSecond,
        duration: 1 / framesPerSecond,
        colorSpace,
      });
      try {
        await source.add(sample);
      } finally {
        sample.close();
      }
    }
    await output.finalize();
  } catch (error) {
    await output.cancel().catch(() => {});
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    throw new LampError(
      {
        found: `the ${container} encoder failed on ${frames.length} frames of ${width}x${height} (${reason})`,
        advice: 'Write .gif or a folder of PNG frames instead.',
      },
      { cause: error },
    );
  }
  const bytes = new Uint8Array(target.buffer!);
  return container === 'mp4' ? withoutCreationTimes(bytes) : bytes;
}

/** Boxes whose first two fields are the creation and modification times. */
const TIMED_BOXES = new Set(['mvhd', 'tkhd', 'mdhd']);
const NESTING_BOXES = new Set(['moov', 'trak', 'mdia']);

/**
 * Sets all creation and modification times of an MP4 file to 0 ("unknown"), in place, so that the bytes are
 * reproducible.
 */
function withoutCreationTimes(mp4: Uint8Array, start = 0, end = mp4.length): Uint8Array {
  const view = new DataView(mp4.buffer, mp4.byteOffset, mp4.byteLength);
  for (let at = start; at + 8 <= end; ) {
    let size = view.getUint32(at);
    let content = at + 8;
    if (size === 1) {
      size = Number(view.getBigUint64(content));
      content += 8;
    }
    const boxEnd = size === 0 ? end : at + size;
    const type = String.fromCharCode(...mp4.subarray(at + 4, at + 8));
    if (NESTING_BOXES.has(type)) {
      withoutCreationTimes(mp4, content, boxEnd);
    } else if (TIMED_BOXES.has(type)) {
      const version = mp4[content]!;
      const times = content + 4; // After the version and three bytes of flags.
      mp4.fill(0, times, times + (version === 1 ? 16 : 8));
    }
    at = boxEnd;
  }
  return mp4;
}
