/**
 * @file Detects whether H.264 pictures consist of two fields, and which is displayed first (ITU-T H.264, 7.3 and annex
 * D).
 */
import { BitReader } from './bit-reader.ts';

/** The field of an interlaced picture that is displayed first. `top` has the first row. */
export type FirstField = 'top' | 'bottom';

const SLICE = 1;
const IDR_SLICE = 5;
const SEI = 6;
const SPS = 7;
const PPS = 8;
const PICTURE_TIMING = 1;

/** The parts of a sequence parameter set that are needed. */
interface Sequence {
  readonly separatePlanes: boolean;
  readonly frameNumberBits: number;
  /** Bits of the picture order count; `undefined` if slices do not contain it. */
  readonly orderBits: number | undefined;
  /** Whether pictures may consist of fields. */
  readonly mayHaveFields: boolean;
  /** Whether frames choose between field and frame coding for each pair of macroblocks. */
  readonly adaptive: boolean;
  /** Bits before the picture structure in its timing message. */
  readonly delayBits: number;
  readonly tellsStructure: boolean;
}

/** The parts of a picture parameter set that are needed. */
interface PictureSet {
  readonly sequence: number;
  readonly tellsOrder: boolean;
}

/** The contents of a picture's timing message. */
interface Timing {
  /** `pic_struct`, table D-1: 3 is top then bottom field, 4 bottom then top. */
  readonly structure: number;
  /** `ct_type` of the first clock timestamp: 0 progressive, 1 interlaced; `undefined` if there is none. */
  readonly scan: number | undefined;
}

/** Follows an H.264 stream picture by picture. */
export class H264Fields {
  readonly #sequences = new Map<number, Sequence>();
  readonly #pictureSets = new Map<number, PictureSet>();
  /** Bytes of the length prefix of each unit; 0: units are separated by start codes. */
  readonly #lengthBytes: number;

  /** `configuration` is the `avcC` record of a container that has one. */
  constructor(configuration: Uint8Array | undefined) {
    this.#lengthBytes = configuration ? (configuration[4]! & 3) + 1 : 0;
    if (configuration) for (const unit of unitsOfConfiguration(configuration)) this.#remember(unit);
  }

  /** The first field of the picture in these bytes; `undefined` if it is progressive or unknown. */
  read(packet: Uint8Array): FirstField | undefined {
    let timing: Timing | undefined;
    for (const unit of this.#lengthBytes > 0
      ? unitsByLength(packet, this.#lengthBytes)
      : unitsByCode(packet)) {
      const type = unit[0]! & 31;
      if (type === SPS || type === PPS) this.#remember(unit);
      if (type === SEI) timing = this.#timing(unit) ?? timing;
      if (type === SLICE || type === IDR_SLICE) return this.#ofSlice(unit, timing);
    }
    return undefined;
  }

  #remember(unit: Uint8Array): void {
    const reader = new BitReader(unescaped(unit.subarray(1, 4096)));
    if ((unit[0]! & 31) === SPS) {
      const [id, sequence] = readSequence(reader);
      if (!reader.isPastEnd) this.#sequences.set(id, sequence);
    } else if ((unit[0]! & 31) === PPS) {
      const id = reader.unsigned();
      const sequence = reader.unsigned();
      reader.flag();
      this.#pictureSets.set(id, { sequence, tellsOrder: reader.flag() });
    }
  }

  #timing(unit: Uint8Array): Timing | undefined {
    // The message belongs to a sequence named only in the slice; streams with several sequences hardly differ in this.
    const sequence = [...this.#sequences.values()].find(({ tellsStructure }) => tellsStructure);
    if (!sequence) return undefined;
    const bytes = unescaped(unit.subarray(1, 65_536));
    for (let at = 0; at + 2 < bytes.length; ) {
      let [type, size] = [0, 0];
      while (bytes[at] === 255) type += bytes[at++]!;
      type += bytes[at++] ?? 0;
      while (bytes[at] === 255) size += bytes[at++]!;
      size += bytes[at++] ?? 0;
      if (type === PICTURE_TIMING) {
        const reader = new BitReader(bytes.subarray(at, at + size));
        for (let skipped = 0; skipped < sequence.delayBits; skipped++) reader.flag();
        const structure = reader.bits(4);
        return { structure, scan: reader.flag() ? reader.bits(2) : undefined };
      }
      at += size;
    }
    return undefined;
  }

  #ofSlice(unit: Uint8Array, timing: Timing | undefined): FirstField | undefined {
    const reader = new BitReader(unescaped(unit.subarray(1, 64)));
    reader.unsigned(); // First macroblock.
    reader.unsigned(); // Slice type.
    const set = this.#pictureSets.get(reader.unsigned());
    const sequence = set && this.#sequences.get(set.sequence);
    if (!set || !sequence?.mayHaveFields) return undefined;
    if (sequence.separatePlanes) reader.bits(2);
    reader.bits(sequence.frameNumberBits);
    if (reader.flag()) return reader.flag() ? 'bottom' : 'top';
    const told = timing && (timing.structure === 4 || timing.structure === 6 ? 'bottom' : 'top');
    if (timing?.scan === 0 || timing?.scan === 1) return timing.scan === 1 ? told : undefined;
    if (timing?.structure === 0 || !sequence.adaptive) return undefined;
    if (told) return told;
    if ((unit[0]! & 31) === IDR_SLICE) reader.unsigned();
    if (sequence.orderBits === undefined || !set.tellsOrder) return 'top';
    reader.bits(sequence.orderBits);
    return reader.signed() < 0 ? 'bottom' : 'top';
  }
}

/** The units in an `avcC` record (ISO/IEC 14496-15, 5.3.3.1). */
function unitsOfConfiguration(record: Uint8Array): Uint8Array[] {
  const units: Uint8Array[] = [];
  let at = 5;
  for (const mask of [31, 255]) {
    const count = (record[at++] ?? 0) & mask;
    for (let i = 0; i < count && at + 2 < record.length; i++) {
      const length = 256 * record[at]! + record[at + 1]!;
      units.push(record.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
  }
  return units.filter(({ length }) => length > 1);
}

function* unitsByLength(packet: Uint8Array, lengthBytes: number): Generator<Uint8Array> {
  for (let at = 0; at + lengthBytes < packet.length; ) {
    let length = 0;
    for (let i = 0; i < lengthBytes; i++) length = 256 * length + packet[at + i]!;
    at += lengthBytes;
    if (length > 0) yield packet.subarray(at, at + length);
    at += length;
  }
}

function* unitsByCode(packet: Uint8Array): Generator<Uint8Array> {
  const bytes = Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength);
  const code = Buffer.from([0, 0, 1]);
  let at = bytes.indexOf(code);
  while (at >= 0) {
    const next = bytes.indexOf(code, at + 3);
    const unit = bytes.subarray(at + 3, next < 0 ? undefined : next);
    if (unit.length > 0) yield unit;
    at = next;
  }
}

/** A unit's bytes without emulation prevention bytes (7.4.1). */
function unescaped(bytes: Uint8Array): Uint8Array {
  return bytes.filter((byte, at) => !(byte === 3 && at >= 2 && bytes[at - 1] === 0 && bytes[at - 2] === 0));
}

/** Profiles whose parameter sets contain the chroma format (7.3.2.1.1). */
const highProfiles: readonly number[] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];

/** A sequence parameter set with its id. */
function readSequence(reader: BitReader): [number, Sequence] {
  const profile = reader.bits(8);
  reader.bits(16);
  const id = reader.unsigned();
  const separatePlanes = highProfiles.includes(profile) && readColour(reader);
  const frameNumberBits = reader.unsigned() + 4;
  const orderBits = readOrder(reader);
  reader.unsigned(); // Reference frames.
  reader.flag();
  reader.unsigned(); // Width and height.
  reader.unsigned();
  const mayHaveFields = !reader.flag();
  const adaptive = mayHaveFields && reader.flag();
  reader.flag();
  if (reader.flag()) for (let side = 0; side < 4; side++) reader.unsigned();
  const usability = reader.flag() ? readUsability(reader) : { delayBits: 0, tellsStructure: false };
  return [id, { separatePlanes, frameNumberBits, orderBits, mayHaveFields, adaptive, ...usability }];
}

/** Returns whether the colour planes are coded separately. */
function readColour(reader: BitReader): boolean {
  const sampling = reader.unsigned();
  const separate = sampling === 3 && reader.flag();
  reader.unsigned(); // Bit depths.
  reader.unsigned();
  reader.flag();
  if (!reader.flag()) return separate;
  for (let list = 0; list < (sampling === 3 ? 12 : 8); list++) {
    if (!reader.flag()) continue;
    let [last, next] = [8, 8];
    for (let i = 0; i < (list < 6 ? 16 : 64); i++) {
      if (next !== 0) next = (last + reader.signed() + 256) % 256;
      last = next === 0 ? last : next;
    }
  }
  return separate;
}

function readOrder(reader: BitReader): number | undefined {
  const type = reader.unsigned();
  if (type === 0) return reader.unsigned() + 4;
  if (type !== 1) return undefined;
  reader.flag();
  reader.signed();
  reader.signed();
  const cycle = Math.min(255, reader.unsigned());
  for (let i = 0; i < cycle; i++) reader.signed();
  return undefined;
}

/** Video usability information (annex E). */
function readUsability(reader: BitReader): Pick<Sequence, 'delayBits' | 'tellsStructure'> {
  if (reader.flag() && reader.bits(8) === 255) reader.bits(32);
  if (reader.flag()) reader.flag();
  if (reader.flag()) {
    reader.bits(4);
    if (reader.flag()) reader.bits(24);
  }
  if (reader.flag()) {
    reader.unsigned();
    reader.unsigned();
  }
  if (reader.flag()) {
    reader.bits(32);
    reader.bits(32);
    reader.flag();
  }
  let delayBits = 0;
  for (const present of [() => reader.flag(), () => reader.flag()]) {
    if (present()) delayBits = readBuffering(reader);
  }
  if (delayBits > 0) reader.flag();
  return { delayBits, tellsStructure: reader.flag() };
}

/** Reads the hypothetical reference decoder's parameters; returns the bits of both delays in timing messages. */
function readBuffering(reader: BitReader): number {
  const count = Math.min(32, reader.unsigned() + 1);
  reader.bits(8);
  for (let i = 0; i < count; i++) {
    reader.unsigned();
    reader.unsigned();
    reader.flag();
  }
  reader.bits(5);
  const delays = reader.bits(5) + 1 + reader.bits(5) + 1;
  reader.bits(5);
  return delays;
}
