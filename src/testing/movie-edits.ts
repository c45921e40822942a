/** @file Modifies boxes of an MP4 file whose index follows its frames, as editors do. */

/** An entry of an edit list: duration in ticks of the movie, start in ticks of the track (−1: nothing), rate. */
export type EditTicks = readonly [duration: number, mediaTime: number, rate?: number];

/** The file with another edit list for its first track. */
export function withEditList(movie: Buffer, lines: readonly EditTicks[]): Buffer {
  const content = Buffer.alloc(8 + 12 * lines.length);
  content.writeUInt32BE(lines.length, 4);
  for (const [i, [duration, mediaTime, rate = 1]] of lines.entries()) {
    content.writeUInt32BE(duration, 8 + 12 * i);
    content.writeInt32BE(mediaTime, 12 + 12 * i);
    content.writeInt32BE(rate * 65_536, 16 + 12 * i);
  }
  return withBox(movie, ['moov', 'trak'], box('edts', box('elst', content)));
}

/** The file with a `fiel` box in its video track: the number of fields of a picture, and their order. */
export function withFields(movie: Buffer, count: number, order: number): Buffer {
  const path = ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd', 'avc1'];
  return withBox(movie, path, box('fiel', Buffer.of(count, order)));
}

function box(type: string, content: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(8 + content.length);
  header.write(type, 4, 'latin1');
  return Buffer.concat([header, content]);
}

/** Inserts a box into the one at the path, replacing one of its type. */
function withBox(within: Buffer, path: readonly string[], added: Buffer, own = 0): Buffer {
  const kind = added.toString('latin1', 4, 8);
  const parts = [within.subarray(0, own)];
  let isFound = false;
  for (let at = own; at + 8 <= within.length; ) {
    const size = within.readUInt32BE(at);
    const type = within.toString('latin1', at + 4, at + 8);
    const whole = within.subarray(at, at + size);
    at += size;
    if (path.length === 0 && type === kind) continue;
    if (type !== path[0] || isFound) {
      parts.push(whole);
      continue;
    }
    isFound = true;
    const before = { stsd: 8, avc1: 78 }[type] ?? 0;
    parts.push(box(type, withBox(whole.subarray(8), path.slice(1), added, before)));
  }
  if (path.length === 0) parts.push(added);
  return Buffer.concat(parts);
}
