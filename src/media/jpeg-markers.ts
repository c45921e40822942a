/**
 * @file The marker segments of JPEG files (ITU-T T.81), and repairs of errors that viewers tolerate. The decoder used
 * here warns of these as it does of damaged data, and pictures with warnings are refused, so such errors are repaired
 * first.
 */

const SOI = 0xd8;
const EOI = 0xd9;
/** The marker of a scan's header, behind which its coded data follows. */
export const SOS = 0xda;
const JFIF = 0xe0;
const ADOBE = 0xee;

/** Whether bytes begin as a JPEG file does. */
export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === SOI && bytes[2] === 0xff;
}

/** The contents of a frame header (SOF). */
export interface FrameHeader {
  readonly marker: number;
  /** Bits per sample. */
  readonly bits: number;
  readonly width: number;
  readonly height: number;
  readonly components: readonly FrameComponent[];
}

/** A component of a frame, and how many samples it has per unit across and down. */
export interface FrameComponent {
  readonly id: number;
  readonly horizontal: number;
  readonly vertical: number;
}

/** Whether the coding is sequential (baseline or extended) rather than progressive. */
export function isSequential({ marker }: FrameHeader): boolean {
  return marker === 0xc0 || marker === 0xc1;
}

/**
 * Why a JPEG is not supported, in words that complete "is a JPEG …"; `undefined` if it is. Supported are 8 bits with
 * Huffman coding, sequential or progressive, as used by cameras, phones and browsers.
 */
export function unreadJpegKind(jpeg: Uint8Array): string | undefined {
  for (const { marker, start, end } of segments(jpeg)) {
    if (!isFrameHeader(marker)) continue;
    const { bits, height } = frameHeader(marker, jpeg.subarray(start, end));
    if (marker >= 0xc9) return 'with arithmetic coding';
    if (marker === 0xc3) return 'without loss (SOF3)';
    if (marker >= 0xc5) return 'of the hierarchical kind';
    if (bits !== 8) return `of ${bits} bits`;
    if (height === 0) return 'that does not give its height';
  }
  return undefined;
}

/**
 * Repairs errors that viewers tolerate: stray bytes between segments, an impossible spectral selection in sequential
 * scans, invalid JFIF versions and Adobe colour transforms, and a missing end marker if every coefficient has been
 * coded. Picture data is unchanged; anything after the end marker (other pictures, zeros) is removed. Returns the bytes
 * unchanged if the segments cannot be parsed.
 */
export function mendJpeg(jpeg: Uint8Array): Uint8Array {
  const found = [...segments(jpeg)];
  const header = found.find(({ marker }) => isFrameHeader(marker));
  const frame = header && frameHeader(header.marker, jpeg.subarray(header.start, header.end));
  if (!frame) return jpeg;
  const parts: Uint8Array[] = [Uint8Array.of(0xff, SOI)];
  const scans: Scan[] = [];
  for (const { marker, start, end, dataEnd } of found) {
    if (marker === EOI) {
      parts.push(Uint8Array.of(0xff, EOI));
      return Buffer.concat(parts);
    }
    const content = jpeg.slice(start, end);
    if (marker === SOS && content.length >= 6) {
      const scan = scanHeader(content);
      if (isSequential(frame)) content.set([0, 63, 0], content.length - 3);
      scans.push(isSequential(frame) ? { ...scan, first: 0, last: 63, high: 0, low: 0 } : scan);
    }
    if (marker === JFIF && startsWith(content, 'JFIF\0')) content[5] = 1;
    if (marker === ADOBE && startsWith(content, 'Adobe') && (content[11] ?? 0) > 2) {
      content[11] = frame.components.length === 4 ? 2 : 1;
    }
    parts.push(Uint8Array.of(0xff, marker, (content.length + 2) >> 8, (content.length + 2) & 255));
    parts.push(content, jpeg.subarray(end, dataEnd));
  }
  const rest = withoutZeros(Buffer.concat(parts));
  return isComplete(frame, scans) ? Buffer.concat([rest, Uint8Array.of(0xff, EOI)]) : rest;
}

/** A marker segment of a file. */
export interface Segment {
  readonly marker: number;
  /** Start (after the length) and end of the content. */
  readonly start: number;
  readonly end: number;
  /** For a scan, the end of the coded data after its header; else `end`. */
  readonly dataEnd: number;
}

/** Iterates over the segments up to the end marker, or until no further one is found. */
export function* segments(jpeg: Uint8Array): Generator<Segment> {
  let at = 2;
  while (at < jpeg.length) {
    at = nextMarker(jpeg, at);
    const marker = jpeg[at + 1];
    if (marker === undefined) return;
    if (marker === EOI) {
      yield { marker, start: at + 2, end: at + 2, dataEnd: at + 2 };
      return;
    }
    const start = at + 4;
    const end = at + 2 + ((jpeg[at + 2]! << 8) | jpeg[at + 3]!);
    if (!(end >= start && end <= jpeg.length)) return;
    const dataEnd = marker === SOS ? nextMarker(jpeg, end) : end;
    yield { marker, start, end, dataEnd };
    at = dataEnd;
  }
}

/** Offset of the next marker other than a stuffed zero, fill byte or restart; the length if there is none. */
function nextMarker(jpeg: Uint8Array, from: number): number {
  for (let at = jpeg.indexOf(0xff, from); at >= 0 && at + 1 < jpeg.length; at = jpeg.indexOf(0xff, at + 1)) {
    const code = jpeg[at + 1]!;
    const inData = code === 0 || code === 0xff || code === 1 || (code >= 0xd0 && code <= 0xd7);
    if (!inData) return at;
  }
  return jpeg.length;
}

/** Whether a marker is that of a frame header, of whatever kind of JPEG. */
export function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** Reads the content of a frame header. What it is too short for is 0, or -1 for a component's `id`. */
export function frameHeader(marker: number, content: Uint8Array): FrameHeader {
  const components = Array.from({ length: content[5] ?? 0 }, (_, index) => {
    const [id = -1, sampling = 0] = content.subarray(6 + 3 * index);
    return { id, horizontal: sampling >> 4, vertical: sampling & 15 };
  });
  const [bits = 0, high = 0, low = 0, wide = 0, narrow = 0] = content;
  return { marker, bits, width: (wide << 8) | narrow, height: (high << 8) | low, components };
}

/**
 * What a scan codes: frequencies `first` to `last` of some components, down to bit `low`, where earlier scans have
 * brought them down to bit `high` (0: there was none).
 */
export interface Scan {
  readonly components: readonly number[];
  /** Of each component the numbers of its Huffman tables: `DC << 4 | AC`. */
  readonly tables: readonly number[];
  readonly first: number;
  readonly last: number;
  readonly high: number;
  readonly low: number;
}

/** Reads the content of a scan's header. What it is too short for is 0, or -1 for a component. */
export function scanHeader(content: Uint8Array): Scan {
  const indices = Array.from({ length: content[0] ?? 0 }, (_, index) => index);
  const [first = 0, last = 0, bits = 0] = content.subarray(-3);
  return {
    components: indices.map((index) => content[1 + 2 * index] ?? -1),
    tables: indices.map((index) => content[2 + 2 * index] ?? 0),
    ...{ first, last, high: bits >> 4, low: bits & 15 },
  };
}

/** Whether the scans contain every frequency of every component, down to its last bit. */
function isComplete({ components }: FrameHeader, scans: readonly Scan[]): boolean {
  return components.every(({ id }) => {
    const finished = new Uint8Array(64);
    for (const scan of scans) {
      if (scan.components.includes(id)) finished.fill(scan.low === 0 ? 1 : 0, scan.first, scan.last + 1);
    }
    return finished.every((done) => done === 1);
  });
}

/** Removes the zeros at the end of a file whose last part was never written; the decoder would take them for data. */
function withoutZeros(jpeg: Uint8Array): Uint8Array {
  let end = jpeg.length;
  while (jpeg[end - 1] === 0) end--;
  return jpeg.length - end < 32 ? jpeg : jpeg.subarray(0, end);
}

function startsWith(content: Uint8Array, text: string): boolean {
  return (
    Buffer.from(content.buffer, content.byteOffset, content.length).toString('latin1', 0, text.length) ===
    text
  );
}
