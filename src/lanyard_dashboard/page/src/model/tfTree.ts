// The frames that tf tells, as a tree: where each is, seen from one of them.

import { type Transform, STAY, then } from "./geometry.js";

export interface Told {
  header: { frame_id: string };
  child_frame_id: string;
  transform: Transform;
}

export interface Placed {
  name: string;
  parent: string | null;
  depth: number;
  pose: Transform;
  isFixed: boolean; // to its parent
  ageMs: number;
}

interface Known { parent: string; transform: Transform; at: number; isFixed: boolean }

const MOST_FRAMES = 500;
const bare = (name: string): string => name.replace(/^\//, "");

export class TfTree {
  readonly #known = new Map<string, Known>();

  // Take what came at `at` (milliseconds). Fixed frames never get old.
  take(told: readonly Told[], at: number, options: { isFixed: boolean }): void {
    for (const each of told) {
      const name = bare(each.child_frame_id);
      if (!this.#known.has(name) && this.#known.size >= MOST_FRAMES) continue;
      this.#known.set(name, { parent: bare(each.header.frame_id), transform: each.transform, at, ...options });
    }
  }

  clear(): void {
    this.#known.clear();
  }

  // `root` and every frame below it, parents first, each placed in `root`.
  below(root: string, now: number): Placed[] {
    const children = new Map<string, string[]>();
    for (const [name, { parent }] of this.#known) children.set(parent, [...(children.get(parent) ?? []), name]);
    const placed: Placed[] = [{ name: root, parent: null, depth: 0, pose: STAY, isFixed: true, ageMs: 0 }];
    const seen = new Set([root]);
    for (const parent of placed) {
      for (const name of children.get(parent.name) ?? []) {
        if (seen.has(name)) continue; // a loop, which tf should not have
        seen.add(name);
        const { transform, at, isFixed } = this.#known.get(name)!;
        const pose = then(parent.pose, transform);
        const ageMs = isFixed ? 0 : now - at;
        placed.push({ name, parent: parent.name, depth: parent.depth + 1, pose, isFixed, ageMs });
      }
    }
    return placed;
  }

  // How old the newest of what moves below `root` is; null: nothing came yet.
  ageMs(root: string, now: number): number | null {
    const ages = this.below(root, now).flatMap(({ isFixed, ageMs }) => (isFixed ? [] : [ageMs]));
    return ages.length ? Math.min(...ages) : null;
  }
}
