// Where the robot has been, and how the floor is laid out on a canvas: x to the right, y up.

export interface Point { x: number; y: number }

const STEP_M = 0.02;
const JUMP_M = 1;
const MOST = 3000;
const LEAST_REACH_M = 2;

export class Trail {
  // Stretches without a jump between them.
  #stretches: Point[][] = [];

  get stretches(): readonly (readonly Point[])[] {
    return this.#stretches;
  }

  push({ x, y }: Point): void {
    const last = this.#stretches.at(-1)?.at(-1);
    const step = last === undefined ? Infinity : Math.hypot(x - last.x, y - last.y);
    if (step < STEP_M) return;
    if (step > JUMP_M) this.#stretches.push([]); // set down elsewhere, or not heard for long
    this.#stretches.at(-1)!.push({ x, y });
    if (this.#stretches.reduce((sum, each) => sum + each.length, 0) <= MOST) return;
    this.#stretches[0]!.shift();
    if (this.#stretches[0]!.length === 0) this.#stretches.shift();
  }

  clear(): void {
    this.#stretches = [];
  }
}

export interface Layout { toPixel(point: Point): [number, number]; pixelsPerMetre: number; gridM: number }

// Fit the trail around the robot, `zoom` times as large as it would be.
export function layout(robot: Point, trail: Trail, size: { width: number; height: number }, zoom: number): Layout {
  const distances = trail.stretches.flat().map((p) => Math.max(Math.abs(p.x - robot.x), Math.abs(p.y - robot.y)));
  const reach = (distances.reduce((most, each) => Math.max(most, each), LEAST_REACH_M) + 0.4) / zoom;
  const pixelsPerMetre = Math.min(size.width, size.height) / (2 * reach);
  return {
    pixelsPerMetre,
    gridM: gridStep(pixelsPerMetre),
    toPixel: (p) => [
      size.width / 2 + (p.x - robot.x) * pixelsPerMetre,
      size.height / 2 - (p.y - robot.y) * pixelsPerMetre,
    ],
  };
}

// A step of 0.1, 0.5, 1, 5 ... metres whose lines are at least this far apart.
function gridStep(pixelsPerMetre: number, leastPixels = 32): number {
  const steps = [0.1, 0.5, 1, 5, 10, 50, 100, 500];
  return steps.find((step) => step * pixelsPerMetre >= leastPixels) ?? 1000;
}
