// Words for what the gateway says in codes.

import type { SafetyWord } from "./types.js";

export type Tone = "good" | "calm" | "warn" | "bad" | "dim";
export interface Sign { word: string; tone: Tone; icon: string }

const SAFETY: Record<SafetyWord, Sign> = {
  ready: { word: "Ready", tone: "calm", icon: "ready" },
  active: { word: "Armed", tone: "good", icon: "active" },
  safe_stop: { word: "Safe stop", tone: "warn", icon: "stop" },
  halted: { word: "Halted", tone: "bad", icon: "halt" },
  fault: { word: "Fault", tone: "bad", icon: "fault" },
  unknown: { word: "Unknown", tone: "dim", icon: "unknown" },
};

const LATCHED: ReadonlySet<string> = new Set(["safe_stop", "halted", "fault"]);

export const OFFLINE: Sign = { word: "Offline", tone: "dim", icon: "offline" };

export const isLatched = (state: string | undefined): boolean => LATCHED.has(state ?? "");

export const safetySign = (state: string | undefined): Sign => SAFETY[state as SafetyWord] ?? SAFETY.unknown;

const TASK: Record<string, Sign> = {
  queued: { word: "Waiting", tone: "dim", icon: "queue" },
  running: { word: "Running", tone: "good", icon: "active" },
  paused: { word: "Paused", tone: "warn", icon: "pause" },
  canceling: { word: "Canceling", tone: "warn", icon: "pause" },
  succeeded: { word: "Done", tone: "calm", icon: "done" },
  failed: { word: "Failed", tone: "bad", icon: "fault" },
  canceled: { word: "Canceled", tone: "dim", icon: "halt" },
};

export const taskSign = (status: string): Sign => TASK[status] ?? { word: plain(status), tone: "dim", icon: "unknown" };

export const hasEnded = (status: string): boolean => ["succeeded", "failed", "canceled"].includes(status);

const HELD: Record<string, string> = {
  robot_offline: "the robot is offline",
  robot_busy: "the robot is busy",
  halted: "the robot is stopped",
  not_before: "it is not time yet",
};

// Why a task waits, and as which.
export function waitingWords(task: { hold_reason: string | null; position: number | null }): string {
  const why = task.hold_reason === null ? "" : HELD[task.hold_reason] ?? plain(task.hold_reason);
  const place = task.position === null ? "" : `number ${task.position} in the queue`;
  return [place, why].filter(Boolean).join("; ");
}

// Who holds the lease, for people. `keyId` is that of this page's key.
export function holderWords(holder: string | undefined, keyId: string | undefined): string {
  if (!holder) return "nobody";
  const [kind, name] = holder.split(":", 2);
  if (holder.startsWith("/")) return `the robot's own ${holder.split("/").at(-1)} (${holder})`;
  if (kind === "task") return `task ${name}`;
  if (kind === "key") return name === keyId ? `you (key ${name})` : `key ${name}`;
  return holder;
}

// A code as words: `robot_lost` is "robot lost".
export const plain = (code: string): string => code.replaceAll("_", " ");

// A number for a table; a dash for one that is not known.
export function figure(value: number | null | undefined, digits = 2): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : text; // no negative zero
}
