// Rotations and places, as tf has them: metres, quaternions, x forward, y left, z up.

import type { Rotation, Vector } from "./types.js";

export interface Transform { translation: Vector; rotation: Rotation }

export const STAY: Transform = { translation: { x: 0, y: 0, z: 0 }, rotation: { x: 0, y: 0, z: 0, w: 1 } };

export function turned(v: Vector, q: Rotation): Vector {
  const tx = 2 * (q.y * v.z - q.z * v.y);
  const ty = 2 * (q.z * v.x - q.x * v.z);
  const tz = 2 * (q.x * v.y - q.y * v.x);
  return {
    x: v.x + q.w * tx + q.y * tz - q.z * ty,
    y: v.y + q.w * ty + q.z * tx - q.x * tz,
    z: v.z + q.w * tz + q.x * ty - q.y * tx,
  };
}

export function product(a: Rotation, b: Rotation): Rotation {
  return {
    x: a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
    y: a.w * b.y - a.x * b.z + a.y * b.w + a.z * b.x,
    z: a.w * b.z + a.x * b.y - a.y * b.x + a.z * b.w,
    w: a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z,
  };
}

// The pose of `child` in the frame that `parent` is told in.
export function then(parent: Transform, child: Transform): Transform {
  const moved = turned(child.translation, parent.rotation);
  const { x, y, z } = parent.translation;
  return {
    translation: { x: x + moved.x, y: y + moved.y, z: z + moved.z },
    rotation: product(parent.rotation, child.rotation),
  };
}

// The heading of a pose on the floor, in radians.
export const yawOf = (q: Rotation): number =>
  Math.atan2(2 * (q.w * q.z + q.x * q.y), 1 - 2 * (q.y ** 2 + q.z ** 2));
