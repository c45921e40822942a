/** @file Triangle meshes for rendered objects: solids of revolution, boxes, tubes, and how they are put together. */

/** A point or direction: x to the right, y up, z towards the viewer. */
export type Vector = readonly [x: number, y: number, z: number];

/** Red, green and blue from 0 to 1. */
export type Colour = readonly [red: number, green: number, blue: number];

/** A colour, or one that depends on the place on a part: `u` around it, `v` along it, both from 0 to 1. */
export type Paint = Colour | ((u: number, v: number) => Colour);

/** A corner of a triangle. */
export interface Corner {
  readonly at: Vector;
  /** Of unit length, outwards. */
  readonly normal: Vector;
  readonly u: number;
  readonly v: number;
}

/** A triangle and what it is painted with. */
export interface Triangle {
  readonly corners: readonly [Corner, Corner, Corner];
  readonly paint: Paint;
}

/** A mesh. */
export type Mesh = readonly Triangle[];

/** Corners around a solid of revolution. */
const AROUND = 28;

/**
 * A solid of revolution around the y axis. `profile` goes from the bottom to the top, as radius and height. Normals are
 * smooth along the profile where its direction changes by less than 50°.
 */
export function turned(
  profile: readonly (readonly [radius: number, height: number])[],
  paint: Paint,
  sides = AROUND,
): Mesh {
  const lengths = profile.map(([radius, height], i) => {
    const before = profile[i - 1];
    return before ? Math.hypot(radius - before[0], height - before[1]) : 0;
  });
  const total = lengths.reduce((sum, length) => sum + length, 0) || 1;
  let along = 0;
  const places = lengths.map((length) => {
    along += length;
    return along / total;
  });
  const direction = (i: number) => {
    const [a, b] = [profile[i]!, profile[i + 1]!];
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1;
    // Outwards is to the right of the way up.
    return [(b[1] - a[1]) / length, -(b[0] - a[0]) / length] as const;
  };
  const normalAt = (i: number, piece: number) => {
    const own = direction(piece);
    const other = piece === i ? i - 1 : i;
    if (other < 0 || other >= profile.length - 1) return own;
    const next = direction(other);
    if (own[0] * next[0] + own[1] * next[1] < 0.64) return own;
    const length = Math.hypot(own[0] + next[0], own[1] + next[1]);
    return [(own[0] + next[0]) / length, (own[1] + next[1]) / length] as const;
  };
  const corner = (i: number, piece: number, step: number): Corner => {
    const [radius, height] = profile[i]!;
    const [across, up] = normalAt(i, piece);
    const angle = (2 * Math.PI * step) / sides;
    const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
    return {
      at: [radius * sine, height, radius * cosine],
      normal: [across * sine, up, across * cosine],
      u: step / sides,
      v: places[i]!,
    };
  };
  const triangles: Triangle[] = [];
  for (let piece = 0; piece + 1 < profile.length; piece++) {
    for (let step = 0; step < sides; step++) {
      const [a, b] = [corner(piece, piece, step), corner(piece, piece, step + 1)];
      const [c, d] = [corner(piece + 1, piece, step + 1), corner(piece + 1, piece, step)];
      if (profile[piece]![0] > 0) triangles.push({ corners: [a, b, c], paint });
      if (profile[piece + 1]![0] > 0) triangles.push({ corners: [a, c, d], paint });
    }
  }
  return triangles;
}

/** A ball, or an ellipsoid with `radii` along x, y and z, around the origin. */
export function ball(radii: number | Vector, paint: Paint): Mesh {
  const rings = 14;
  const profile = Array.from({ length: rings + 1 }, (_, i): [number, number] => {
    const angle = Math.PI * (i / rings - 0.5);
    return [i === 0 || i === rings ? 0 : Math.cos(angle), Math.sin(angle)];
  });
  return stretched(turned(profile, paint), typeof radii === 'number' ? [radii, radii, radii] : radii);
}

/** A closed cylinder or cone from y = 0 up. */
export function column(bottom: number, top: number, height: number, paint: Paint, sides?: number): Mesh {
  const profile: [number, number][] = [
    [0, 0],
    [bottom, 0],
    [top, height],
  ];
  if (top > 0) profile.push([0, height]);
  return turned(profile, paint, sides);
}

/** A ring around the y axis. */
export function ring(radius: number, thickness: number, paint: Paint): Mesh {
  const around = 16;
  const profile = Array.from({ length: around + 1 }, (_, i): [number, number] => {
    const angle = (2 * Math.PI * i) / around;
    return [radius + thickness * Math.cos(angle), thickness * Math.sin(angle)];
  });
  return turned(profile, paint);
}

/** A box around the origin. On each face u goes to the right and v up. `taper` shrinks its top along x and z. */
export function box([width, height, depth]: Vector, paint: Paint, taper = 1): Mesh {
  const at = (x: number, y: number, z: number): Vector => {
    const factor = y > 0 ? taper : 1;
    return [(x * width * factor) / 2, (y * height) / 2, (z * depth * factor) / 2];
  };
  const faces: readonly (readonly [Vector, Vector])[] = [
    [
      [0, 0, 1],
      [1, 0, 0],
    ],
    [
      [0, 0, -1],
      [-1, 0, 0],
    ],
    [
      [1, 0, 0],
      [0, 0, -1],
    ],
    [
      [-1, 0, 0],
      [0, 0, 1],
    ],
    [
      [0, 1, 0],
      [1, 0, 0],
    ],
    [
      [0, -1, 0],
      [1, 0, 0],
    ],
  ];
  return faces.flatMap(([normal, right]) => {
    const up = cross(normal, right);
    const corner = (s: number, t: number): Corner => {
      const [x, y, z] = [0, 1, 2].map((axis) => normal[axis]! + s * right[axis]! + t * up[axis]!);
      return { at: at(x!, y!, z!), normal, u: (s + 1) / 2, v: (t + 1) / 2 };
    };
    const [a, b, c, d] = [corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)];
    return [
      { corners: [a, b, c], paint },
      { corners: [a, c, d], paint },
    ] as Triangle[];
  });
}

/** A tube between two points, such as a leg. */
export function rod(from: Vector, to: Vector, radius: number, paint: Paint, end = radius): Mesh {
  const way = [to[0] - from[0], to[1] - from[1], to[2] - from[2]] as const;
  const length = Math.hypot(...way);
  const [x, y, z] = way.map((value) => value / length) as [number, number, number];
  // Any direction that is not that of the tube gives the other two axes.
  const other: Vector = Math.abs(y) > 0.9 ? [1, 0, 0] : [0, 1, 0];
  const right = unit(cross(other, [x, y, z]));
  const front = cross(right, [x, y, z]);
  const place = ([a, b, c]: Vector): Vector => [
    a * right[0] + b * x + c * front[0],
    a * right[1] + b * y + c * front[1],
    a * right[2] + b * z + c * front[2],
  ];
  return column(radius, end, length, paint, 12).map(({ corners, paint: own }) => ({
    paint: own,
    corners: corners.map((corner) => ({
      ...corner,
      at: plus(place(corner.at), from),
      normal: place(corner.normal),
    })) as unknown as Triangle['corners'],
  }));
}

/** The mesh moved by a vector. */
export function moved(mesh: Mesh, by: Vector): Mesh {
  return changed(
    mesh,
    (at) => plus(at, by),
    (normal) => normal,
  );
}

/** The mesh scaled along the axes. */
export function stretched(mesh: Mesh, factors: Vector): Mesh {
  return changed(
    mesh,
    ([x, y, z]) => [x * factors[0], y * factors[1], z * factors[2]],
    ([x, y, z]) => unit([x / factors[0], y / factors[1], z / factors[2]]),
  );
}

/**
 * The mesh rotated about an axis through the origin, in radians: from y to z about x, from z to x about y, from x to y
 * about z.
 */
export function rotated(mesh: Mesh, axis: 'x' | 'y' | 'z', angle: number): Mesh {
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const [from, to] = { x: [1, 2], y: [2, 0], z: [0, 1] }[axis] as [number, number];
  const turn = (vector: Vector): Vector => {
    const result = [...vector] as [number, number, number];
    result[from] = vector[from]! * cosine - vector[to]! * sine;
    result[to] = vector[from]! * sine + vector[to]! * cosine;
    return result;
  };
  return changed(mesh, turn, turn);
}

function changed(mesh: Mesh, place: (at: Vector) => Vector, turn: (normal: Vector) => Vector): Mesh {
  return mesh.map(({ corners, paint }) => ({
    paint,
    corners: corners.map((corner) => ({
      ...corner,
      at: place(corner.at),
      normal: turn(corner.normal),
    })) as unknown as Triangle['corners'],
  }));
}

function plus(a: Vector, b: Vector): Vector {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function unit(vector: Vector): Vector {
  const length = Math.hypot(...vector) || 1;
  return [vector[0] / length, vector[1] / length, vector[2] / length];
}
