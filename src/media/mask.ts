/** @file Binary masks over a picture: dilation, erosion, filling holes, connected components. */

/** One byte per pixel, 1 inside and 0 outside, row by row. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** The mask dilated by `radius` pixels in all eight directions. */
export function grown({ width, height, data }: Mask, radius: number): Mask {
  // Dilation by a square is separable: along the rows, then along the columns.
  const along = (from: Uint8Array, step: number, length: number, lines: number, lineStep: number) => {
    const to = new Uint8Array(from.length);
    for (let line = 0; line < lines; line++) {
      for (let at = 0, start = line * lineStep; at < length; at++) {
        if (!from[start + at * step]) continue;
        const end = Math.min(length - 1, at + radius);
        for (let near = Math.max(0, at - radius); near <= end; near++) to[start + near * step] = 1;
      }
    }
    return to;
  };
  return { width, height, data: along(along(data, 1, width, height, width), width, height, width, 1) };
}

/** The mask eroded by `radius` pixels in all eight directions; the picture's edge does not erode it. */
export function shrunk(mask: Mask, radius: number): Mask {
  return inverted(grown(inverted(mask), radius));
}

/** The mask with its holes filled: everything that cannot be reached from the picture's edge. */
export function filled(mask: Mask): Mask {
  const { width, height, data } = mask;
  const outside = new Uint8Array(data.length);
  const waiting: number[] = [];
  const reach = (pixel: number) => {
    if (!data[pixel] && !outside[pixel]) {
      outside[pixel] = 1;
      waiting.push(pixel);
    }
  };
  for (let x = 0; x < width; x++) {
    reach(x);
    reach((height - 1) * width + x);
  }
  for (let y = 0; y < height; y++) {
    reach(y * width);
    reach(y * width + width - 1);
  }
  spread(waiting, width, height, reach);
  return inverted({ width, height, data: outside });
}

/**
 * The mask's largest 4-connected component, and every other one with at least `share` of its size. If given, `weigh`
 * computes the size of a component from its pixels; default their number.
 */
export function largestParts(
  mask: Mask,
  share: number,
  weigh: (pixels: readonly number[]) => number = (pixels) => pixels.length,
): Mask {
  const { width, height, data } = mask;
  const labels = new Int32Array(data.length);
  const weights = [0];
  for (let pixel = 0; pixel < data.length; pixel++) {
    if (!data[pixel] || labels[pixel]) continue;
    const label = weights.length;
    const waiting: number[] = [];
    const part: number[] = [];
    const reach = (next: number) => {
      if (data[next] && !labels[next]) {
        labels[next] = label;
        part.push(next);
        waiting.push(next);
      }
    };
    reach(pixel);
    spread(waiting, width, height, reach);
    weights.push(weigh(part));
  }
  const least = share * weights.reduce((most, weight) => Math.max(most, weight), 0);
  return {
    width,
    height,
    data: Uint8Array.from(labels, (label) => (label && weights[label]! >= least ? 1 : 0)),
  };
}

/** Visits the four neighbours of every queued pixel until the queue is empty. */
function spread(waiting: number[], width: number, height: number, reach: (pixel: number) => void): void {
  for (let pixel = waiting.pop(); pixel !== undefined; pixel = waiting.pop()) {
    const x = pixel % width;
    if (x > 0) reach(pixel - 1);
    if (x < width - 1) reach(pixel + 1);
    if (pixel >= width) reach(pixel - width);
    if (pixel < width * (height - 1)) reach(pixel + width);
  }
}

function inverted({ width, height, data }: Mask): Mask {
  return { width, height, data: data.map((inside) => 1 - inside) };
}

/** The number of pixels inside the mask. */
export function areaOf({ data }: Mask): number {
  return data.reduce((sum, inside) => sum + inside, 0);
}
