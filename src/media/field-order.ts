/** @file Detects interlaced video from the container or the coded pictures. */
import type { EncodedPacket, InputVideoTrack } from 'mediabunny';
import { type FirstField, H264Fields } from './h264-fields.ts';
import { readMatroskaFields } from './matroska-fields.ts';
import type { MovieTrack } from './movie-boxes.ts';
import { videoEngine } from './video-engine.ts';

/** Number of pictures examined, since an interlaced stream may begin with progressive ones. */
const PICTURES = 64;

/** Whether and how a video is interlaced. */
export interface Fields {
  /** The field displayed first; `undefined` for progressive video. */
  readonly firstField?: FirstField | undefined;
  /** Whether the video is interlaced H.265, which is not deinterlaced. */
  readonly interlacedAsIs?: boolean;
}

/**
 * Detects whether and how a video is interlaced: from the coded pictures for H.264, H.265 and ProRes, else from the
 * container (`fiel` in MP4 and MOV, `FlagInterlaced` in Matroska). Interlaced video without any such flag is
 * detected by its pictures (see `combing.ts`), and only reported.
 */
export async function fieldsOf(
  track: InputVideoTrack,
  movie: MovieTrack | undefined,
  path: string,
): Promise<Fields> {
  const codec = await track.getCodec();
  const description = (await track.getDecoderConfig())?.description;
  const configuration = description === undefined ? undefined : bytesOf(description);
  if (codec === 'hevc') return { interlacedAsIs: isInterlacedHevc(configuration) };
  const firstField =
    (await ofPictures(track, codec, configuration)) ??
    (movie ? ofMovie(movie) : await ofMatroska(path, track.id));
  return { firstField };
}

/** Whether the flags in `hvcC` say interlaced and not progressive (ISO/IEC 14496-15, 8.3.3.1). */
function isInterlacedHevc(configuration: Uint8Array | undefined): boolean {
  return ((configuration?.[6] ?? 0) & 0xc0) === 0x40;
}

function ofMovie({ fields }: MovieTrack): FirstField | undefined {
  if (fields?.count !== 2) return undefined;
  return fields.order === 6 || fields.order === 9 ? 'bottom' : 'top';
}

async function ofMatroska(path: string, number: number): Promise<FirstField | undefined> {
  const fields = await readMatroskaFields(path, number);
  if (fields?.flag !== 1) return undefined;
  return fields.order === 6 || fields.order === 14 ? 'bottom' : 'top';
}

async function ofPictures(
  track: InputVideoTrack,
  codec: string | null,
  configuration: Uint8Array | undefined,
): Promise<FirstField | undefined> {
  if (codec !== 'avc' && codec !== 'prores') return undefined;
  const { EncodedPacketSink } = await videoEngine();
  const stream = new H264Fields(configuration);
  let seen = 0;
  for await (const packet of new EncodedPacketSink(track).packets()) {
    const first = codec === 'avc' ? stream.read(packet.data) : ofProres(packet);
    if (first) return first;
    if (++seen === PICTURES) break;
  }
  return undefined;
}

/** `interlace_mode` in the frame header (SMPTE RDD 36, 5.1.1). */
function ofProres({ data }: EncodedPacket): FirstField | undefined {
  const mode = ((data[20] ?? 0) >> 2) & 3;
  return mode === 1 ? 'top' : mode === 2 ? 'bottom' : undefined;
}

function bytesOf(source: ArrayBufferLike | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
}
