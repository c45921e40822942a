/**
 * @file Checks that the coded data of a JPEG (ITU-T T.81) is complete. The decoder used here fills in what is missing,
 * and its warnings are lost for the picture's last rows, so the data is parsed beforehand.
 */

import { CodeReader, type HuffmanTables, takeHuffmanTables } from './jpeg-huffman.ts';
import {
  type FrameComponent,
  type FrameHeader,
  frameHeader,
  isFrameHeader,
  isSequential,
  type Scan,
  SOS,
  scanHeader,
  segments,
} from './jpeg-markers.ts';
import { type BlockReader, progressiveBlock, type ScanComponent, sequentialBlock } from './jpeg-scans.ts';

const DHT = 0xc4;
const DRI = 0xdd;

/** Largest number of pixels checked here; the decoder refuses larger pictures. A small file can claim any size. */
const LARGEST = 16384 * 16384;

/**
 * What is wrong with the coded data of a JPEG, in words that complete "the file is damaged (…)". `undefined` if every
 * block of every scan is present, or if the file cannot be parsed (its codes or header are missing), which the decoder
 * reports itself.
 */
export function jpegDataFault(jpeg: Uint8Array): string | undefined {
  const tables: HuffmanTables = new Map();
  let frame: Frame | undefined;
  let restartInterval = 0;
  for (const { marker, start, end, dataEnd } of segments(jpeg)) {
    const content = jpeg.subarray(start, end);
    if (isFrameHeader(marker)) {
      frame = frameOf(frameHeader(marker, content));
      if (!frame) return undefined;
    } else if (marker === DHT) {
      if (!takeHuffmanTables(content, tables)) return undefined;
    } else if (marker === DRI) {
      restartInterval = (content[0]! << 8) | content[1]!;
    } else if (marker === SOS) {
      const scan = frame && scanOf(frame, scanHeader(content), tables);
      if (!scan) return undefined;
      const fault = scanFault(scan, jpeg.subarray(end, dataEnd), restartInterval);
      if (fault) return fault;
    }
  }
  const unseen = frame?.components.some(({ isSeen }) => !isSeen);
  return unseen ? 'one of its colour components is missing' : undefined;
}

interface Component extends FrameComponent {
  /** Blocks of a scan that contains only this component. */
  readonly across: number;
  readonly down: number;
  /** As in {@link ScanComponent}. */
  readonly nonzero: Uint32Array;
  isSeen: boolean;
}

interface Frame {
  readonly isSequential: boolean;
  /** Units (MCUs) of a scan with several components, each with some blocks of every component. */
  readonly across: number;
  readonly down: number;
  readonly components: readonly Component[];
}

function frameOf(header: FrameHeader): Frame | undefined {
  const { width, height, components } = header;
  const most = (of: 'horizontal' | 'vertical') => Math.max(...components.map((component) => component[of]));
  const [horizontal, vertical] = [most('horizontal'), most('vertical')];
  const isSound = components.every((one) => one.horizontal >= 1 && one.vertical >= 1);
  if (!(isSound && components.length > 0 && width * height > 0 && width * height <= LARGEST))
    return undefined;
  return {
    isSequential: isSequential(header),
    across: Math.ceil(width / (8 * horizontal)),
    down: Math.ceil(height / (8 * vertical)),
    components: components.map((component) => {
      const across = Math.ceil(Math.ceil((width * component.horizontal) / horizontal) / 8);
      const down = Math.ceil(Math.ceil((height * component.vertical) / vertical) / 8);
      const nonzero = new Uint32Array(isSequential(header) ? 0 : 2 * across * down);
      return { ...component, across, down, nonzero, isSeen: false };
    }),
  };
}

/** A scan to be parsed: `units` times the blocks in `blocks`. */
interface FollowedScan {
  readonly units: number;
  /** The component of each block of a unit. */
  readonly blocks: readonly ScanComponent[];
  /** Creates a reader for the blocks up to the next restart. */
  readonly reader: () => BlockReader;
}

/** `undefined` if the scan refers to undefined components or codes. */
function scanOf(frame: Frame, scan: Scan, tables: HuffmanTables): FollowedScan | undefined {
  const needsDc = frame.isSequential || (scan.first === 0 && scan.high === 0);
  const needsAc = frame.isSequential || scan.first > 0;
  const members: { of: Component; coded: ScanComponent }[] = [];
  for (const [index, id] of scan.components.entries()) {
    const of = frame.components.find((component) => component.id === id);
    const [dc, ac] = [tables.get(scan.tables[index]! >> 4), tables.get(0x10 | (scan.tables[index]! & 15))];
    if (!of || (needsDc && !dc) || (needsAc && !ac)) return undefined;
    of.isSeen = true;
    members.push({ of, coded: { dc, ac, nonzero: of.nonzero } });
  }
  if (members.length === 0 || (!frame.isSequential && scan.first > 0 && members.length > 1)) return undefined;
  const band = { ...scan, last: Math.min(scan.last, 63) };
  const reader = frame.isSequential ? () => sequentialBlock : () => progressiveBlock(band);
  const [only] = members;
  if (members.length === 1) return { units: only!.of.across * only!.of.down, blocks: [only!.coded], reader };
  const blocks = members.flatMap(({ of, coded }) =>
    Array<ScanComponent>(of.horizontal * of.vertical).fill(coded),
  );
  return { units: frame.across * frame.down, blocks, reader };
}

function scanFault(scan: FollowedScan, data: Uint8Array, restartInterval: number): string | undefined {
  const perPiece = restartInterval || scan.units;
  let end = nextRestart(data, 0);
  let bits = new CodeReader(data.subarray(0, end));
  let readBlock = scan.reader();
  for (let unit = 0; unit < scan.units; unit++) {
    if (unit > 0 && unit % perPiece === 0) {
      const found = data[end + 1];
      if (found === undefined) return ENDS_EARLY;
      if (found !== 0xd0 + ((unit / perPiece - 1) & 7)) return 'a part of its data is missing';
      const start = end + 2;
      end = nextRestart(data, start);
      bits = new CodeReader(data.subarray(start, end));
      readBlock = scan.reader();
    }
    for (const component of scan.blocks) {
      const isCode = readBlock(bits, component, unit);
      if (bits.isPastEnd) return ENDS_EARLY;
      if (!isCode) return 'its data holds a code that does not exist';
    }
  }
  return undefined;
}

const ENDS_EARLY = 'its data ends before the picture does';

/** Offset of the next restart marker; the length if there is none. */
function nextRestart(data: Uint8Array, from: number): number {
  for (let at = data.indexOf(0xff, from); at >= 0; at = data.indexOf(0xff, at + 1)) {
    const code = data[at + 1]!;
    if (code >= 0xd0 && code <= 0xd7) return at;
  }
  return data.length;
}
