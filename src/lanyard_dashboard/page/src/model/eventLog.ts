// The newest events, newest first, and a line of words for each.

import type { RobotEvent } from "./types.js";
import type { Tone } from "./words.js";
import { plain } from "./words.js";

const MOST = 300;

export const added = (log: readonly RobotEvent[], event: RobotEvent): RobotEvent[] => [event, ...log].slice(0, MOST);

const BAD = new Set(["robot.fault", "robot.halted", "robot.error", "task.failed", "robot.offline", "gap"]);
const WARN = new Set(["robot.safe_stop", "task.canceled", "task.canceling", "gateway.overload", "gateway.stopping"]);
const GOOD = new Set(["task.succeeded", "robot.online", "robot.cleared", "robot.error_cleared"]);

export function toneOf(type: string): Tone {
  if (BAD.has(type)) return "bad";
  if (WARN.has(type)) return "warn";
  return GOOD.has(type) ? "good" : "dim";
}

// Progress comes each second; a log of it would hide the rest.
export const isWorthALine = (event: RobotEvent): boolean => event.type !== "task.progress";

export function eventWords({ type, data }: RobotEvent): string {
  if (type === "gap") return data.lost === null ? "some events were not seen" : `${data.lost} events were not seen`;
  const [family, what] = type.split(".", 2);
  return [`${family} ${plain(what ?? "")}`, detailOf(type, data)].filter(Boolean).join(": ");
}

function detailOf(type: string, data: Record<string, unknown>): string {
  const text = (name: string): string => (typeof data[name] === "string" ? (data[name] as string) : "");
  const error = data.error as { message?: string } | undefined;
  if (type.startsWith("lease.")) return text("holder") || (text("previous_holder") && `was ${text("previous_holder")}`);
  if (type.startsWith("task.")) return error?.message ?? ([text("task_type"), text("detail")].filter(Boolean).join(", "));
  if (type.startsWith("robot.error")) return [text("code"), text("message")].filter(Boolean).join(" ");
  return plain(text("reason") || text("state") || text("version"));
}
