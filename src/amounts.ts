/** @file Amounts as people read them: bytes, counts, arithmetic operations. */

/** Bytes as people read them: `1.40 GB`, of 10⁹ bytes. */
export function bytesText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return power === 0 ? `${bytes} bytes` : `${three(bytes / 1000 ** power)} ${units[power]}`;
}

/** Bytes in a text such as `12GB`, `12 GiB`, `1.5g`; `undefined` if it is none. */
export function parseBytes(text: string): number | undefined {
  const [, number, unit = '', binary] = /^\s*(\d+(?:\.\d+)?)\s*(?:([kmgt])(i)?)?b?\s*$/i.exec(text) ?? [];
  if (number === undefined) return undefined;
  const power = ' kmgt'.indexOf(unit.toLowerCase() || ' ');
  return Math.round(Number(number) * (binary ? 1024 : 1000) ** power);
}

/** A large number as people read it: `254 million`. */
export function countText(count: number): string {
  if (count >= 1e9) return `${three(count / 1e9)} billion`;
  if (count >= 1e6) return `${three(count / 1e6)} million`;
  return count.toLocaleString('en');
}

/** Arithmetic operations as people read them: `21.3 TFLOP`. */
export function flopText(flops: number): string {
  const units = ['FLOP', 'kFLOP', 'MFLOP', 'GFLOP', 'TFLOP', 'PFLOP'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, flops)) / 3));
  return `${three(flops / 1000 ** power)} ${units[power]}`;
}

function three(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
