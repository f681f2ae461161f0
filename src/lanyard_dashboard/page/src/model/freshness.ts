// Whether what is shown is still true. Ages are counted by this page's own clock from when a sample
// arrived, plus the age that the gateway gave it; nothing that a robot stamped is believed.

export type Freshness = "live" | "late" | "old" | "none";

export interface Limits { lateMs: number; oldMs: number }

// Of the stream of the chosen robot (10 Hz), of the overview (2 Hz), and of parts that come slowly.
export const STREAM: Limits = { lateMs: 400, oldMs: 1000 };
export const OVERVIEW: Limits = { lateMs: 1200, oldMs: 2500 };
export const SLOW_PART: Limits = { lateMs: 2500, oldMs: 6000 };

const SLOW_PARTS = new Set(["battery", "errors", "cameras"]);

export function judge(ageMs: number | null, limits: Limits): Freshness {
  if (ageMs === null) return "none";
  if (ageMs >= limits.oldMs) return "old";
  return ageMs >= limits.lateMs ? "late" : "live";
}

export interface Received { sample: { ages_ms: Record<string, number>; online: boolean }; at: number }

// How old a part is now, in milliseconds; null: it was never heard.
export function partAge(received: Received | undefined, part: string, now: number): number | null {
  const told = received?.sample.ages_ms[part];
  return received === undefined || told === undefined ? null : told + Math.max(0, now - received.at);
}

export function judgePart(received: Received | undefined, part: string, now: number): Freshness {
  return judge(partAge(received, part, now), SLOW_PARTS.has(part) ? SLOW_PART : STREAM);
}

// How old what is known of a robot is: a gateway goes on telling of one that it does not hear. Null: it
// was never heard.
export function robotAge(received: Received | undefined, now: number): number | null {
  if (received === undefined) return null;
  const heard = partAge(received, "safety", now);
  if (heard === null && !received.sample.online) return null;
  return Math.max(heard ?? 0, now - received.at, 0);
}

export const ageWords = (ageMs: number | null): string => (ageMs === null ? "never heard" : `${timeWords(ageMs)} old`);

export function timeWords(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return ms < 5_400_000 ? `${Math.round(ms / 60_000)} min` : `${(ms / 3_600_000).toFixed(1)} h`;
}
