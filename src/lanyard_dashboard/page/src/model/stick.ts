// What a stick that is pushed means. Up is forward; to the left is a turn to the left.

export interface Push { forward: number; left: number } // each -1 to 1
export interface Speed { linear: number; angular: number }

export const CENTRE: Push = { forward: 0, left: 0 };
const DEAD_ZONE = 0.08;

// From pixels right of and below the middle of a stick that goes `reach` pixels far.
export function pushOf(right: number, below: number, reach: number): Push {
  const far = Math.hypot(right, below) / reach;
  if (!Number.isFinite(far) || far < DEAD_ZONE) return CENTRE;
  const strength = Math.min(1, (far - DEAD_ZONE) / (1 - DEAD_ZONE)) / far;
  return { forward: (-below / reach) * strength, left: (-right / reach) * strength };
}

const KEYS: Record<string, Push> = {
  ArrowUp: { forward: 1, left: 0 },
  ArrowDown: { forward: -1, left: 0 },
  ArrowLeft: { forward: 0, left: 1 },
  ArrowRight: { forward: 0, left: -1 },
};

export const isDriveKey = (key: string): boolean => key in KEYS;

// What the arrow keys that are held mean together.
export function pushOfKeys(held: Iterable<string>): Push {
  let [forward, left] = [0, 0];
  for (const key of held) {
    forward += KEYS[key]?.forward ?? 0;
    left += KEYS[key]?.left ?? 0;
  }
  return { forward, left };
}

// The velocity for a push; `top` is what a full one means. Backwards left and right stay as pushed.
export function speedOf(push: Push, top: Speed): Speed {
  return { linear: plus0(push.forward * top.linear), angular: plus0(push.left * top.angular) };
}

const plus0 = (value: number): number => value + 0; // no negative zero

// The top speeds for a share (0 to 1) of what the gateway allows.
export function topSpeeds(limits: { max_linear_m_s: number; max_angular_rad_s: number } | null, share: number): Speed {
  return { linear: (limits?.max_linear_m_s ?? 0) * share, angular: (limits?.max_angular_rad_s ?? 0) * share };
}
