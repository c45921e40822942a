/** @file Draws meshes before a white ground, as the world's other rendered objects are: lit evenly, seen from above. */
import type { Picture } from '../../../src/media/picture.ts';
import type { Size } from '../../../src/media/size.ts';
import type { Mesh, Vector } from './mesh.ts';

/** Samples of a pixel along each side. */
const SAMPLES = 3;
/** How far above the horizon the camera is, in radians. */
const ELEVATION = 0.35;
/** Distance of the camera, in radii of the object, and the focal length in the same units. */
const [DISTANCE, FOCUS] = [4.2, 3.55];
/** Where the light comes from, and how much of it is there without it. */
const LIGHT: Vector = [0.35, 0.8, 0.5];
const AMBIENT = 0.72;

/** The mesh moved and scaled so that it fits, whatever its rotation about the y axis. */
function fitted(mesh: Mesh): { readonly centre: Vector; readonly radius: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let wide = 0;
  for (const { corners } of mesh) {
    for (const { at } of corners) {
      low = Math.min(low, at[1]);
      high = Math.max(high, at[1]);
      wide = Math.max(wide, Math.hypot(at[0], at[2]));
    }
  }
  return { centre: [0, (low + high) / 2, 0], radius: Math.hypot(wide, (high - low) / 2) || 1 };
}

/**
 * The picture of a mesh that is turned by `angle` about the y axis, in radians: what faces the viewer goes to the
 * right. `scale` is the object's size, 1 for as large as fits.
 */
export function renderMesh(mesh: Mesh, angle: number, { width, height }: Size, scale = 1): Picture {
  const { centre, radius } = fitted(mesh);
  const [columns, rows] = [width * SAMPLES, height * SAMPLES];
  const depth = new Float32Array(columns * rows).fill(Number.POSITIVE_INFINITY);
  const colours = new Float32Array(3 * columns * rows).fill(1);
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const [rise, level] = [Math.sin(ELEVATION), Math.cos(ELEVATION)];
  const turn = ([x, y, z]: Vector): Vector => {
    const [right, front] = [x * cosine + z * sine, z * cosine - x * sine];
    return [right, y * level - front * rise, front * level + y * rise];
  };
  const brightness = Math.hypot(...LIGHT);
  const unit = (FOCUS * scale * Math.min(columns, rows)) / 2;
  for (const { corners, paint } of mesh) {
    const seen = corners.map(({ at, normal }) => {
      const [x, y, z] = turn([
        (at[0] - centre[0]) / radius,
        (at[1] - centre[1]) / radius,
        (at[2] - centre[2]) / radius,
      ]);
      const away = DISTANCE - z;
      const [right, up, front] = turn(normal);
      const shine = (right * LIGHT[0] + up * LIGHT[1] + front * LIGHT[2]) / brightness;
      return {
        x: columns / 2 + (unit * x) / away,
        y: rows / 2 - (unit * y) / away,
        nearness: 1 / away,
        light: AMBIENT + (1 - AMBIENT) * Math.max(0, shine),
      };
    });
    const [p, q, r] = corners;
    const [a, b, c] = seen as [(typeof seen)[0], (typeof seen)[0], (typeof seen)[0]];
    const area = (b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y);
    if (Math.abs(area) < 1e-9) continue;
    const left = Math.max(0, Math.ceil(Math.min(a.x, b.x, c.x) - 0.5));
    const right = Math.min(columns - 1, Math.floor(Math.max(a.x, b.x, c.x) - 0.5));
    const top = Math.max(0, Math.ceil(Math.min(a.y, b.y, c.y) - 0.5));
    const bottom = Math.min(rows - 1, Math.floor(Math.max(a.y, b.y, c.y) - 0.5));
    for (let row = top; row <= bottom; row++) {
      for (let at = left; at <= right; at++) {
        const [x, y] = [at + 0.5, row + 0.5];
        const ofB = ((x - a.x) * (c.y - a.y) - (c.x - a.x) * (y - a.y)) / area;
        const ofC = ((b.x - a.x) * (y - a.y) - (x - a.x) * (b.y - a.y)) / area;
        const ofA = 1 - ofB - ofC;
        if (ofA < 0 || ofB < 0 || ofC < 0) continue;
        const nearness = ofA * a.nearness + ofB * b.nearness + ofC * c.nearness;
        const place = row * columns + at;
        if (1 / nearness >= depth[place]!) continue;
        depth[place] = 1 / nearness;
        // Written out, since a function made here would cost as much as all the rest.
        const [wA, wB, wC] = [ofA * a.nearness, ofB * b.nearness, ofC * c.nearness];
        let own = paint;
        if (typeof own === 'function') {
          const u = (wA * p.u + wB * q.u + wC * r.u) / nearness;
          own = own(u, (wA * p.v + wB * q.v + wC * r.v) / nearness);
        }
        const light = (wA * a.light + wB * b.light + wC * c.light) / nearness;
        colours[3 * place] = own[0] * light;
        colours[3 * place + 1] = own[1] * light;
        colours[3 * place + 2] = own[2] * light;
      }
    }
  }
  return shrunk(colours, { width, height });
}

function shrunk(colours: Float32Array, { width, height }: Size): Picture {
  const data = new Uint8Array(3 * width * height);
  const row = 3 * width * SAMPLES;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < 3; channel++, at++) {
        let sum = 0;
        for (let i = 0; i < SAMPLES; i++) {
          for (let j = 0; j < SAMPLES; j++) {
            sum += colours[(y * SAMPLES + i) * row + 3 * (x * SAMPLES + j) + channel]!;
          }
        }
        data[at] = Math.min(255, Math.round((255 * sum) / SAMPLES ** 2));
      }
    }
  }
  return { width, height, data };
}
