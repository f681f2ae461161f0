// STOP and reset. A stop goes both ways at once: the stream that drives is open already and faster,
// the request works without it, and says whether the robot has confirmed.

import { signal } from "@preact/signals";
import type { Tone } from "../model/words.js";
import { driver } from "./driver.js";
import { gateway, wordsOf } from "./session.js";

export interface Notice { lines: string[]; tone: Tone }
interface Outcome { id: string; trouble: string; inMs: number | null }
interface Answer { robot_id: string; confirmed: boolean; confirmed_in_ms: number | null }

// What the page has to say at once, whatever the view.
export const notice = signal<Notice | null>(null);

const UNSURE = "It may still move: use its emergency stop.";

export async function stopRobots(ids: readonly string[]): Promise<void> {
  driver.stop("STOP on the dashboard");
  notice.value = { lines: [`Stopping ${ids.join(", ")} …`], tone: "warn" };
  const outcomes = await Promise.all(ids.map(stopOne));
  const troubles = outcomes.flatMap(({ trouble }) => (trouble ? [trouble] : [])); // first what may still move
  const stopped = stoppedWords(outcomes.filter(({ trouble }) => !trouble));
  notice.value = { lines: [...troubles, ...stopped], tone: troubles.length ? "bad" : "warn" };
}

async function stopOne(id: string): Promise<Outcome> {
  try {
    const answer = await gateway.value!.stop<Answer>(id, "STOP on the dashboard");
    const trouble = answer.confirmed ? "" : `${id} has not confirmed the stop. ${UNSURE}`;
    return { id, trouble, inMs: answer.confirmed_in_ms };
  } catch (error) {
    return { id, trouble: `STOP of ${id} failed: ${wordsOf(error)}. ${UNSURE}`, inMs: null };
  }
}

function stoppedWords(stopped: readonly Outcome[]): string[] {
  if (stopped.length === 0) return [];
  const slowest = Math.max(...stopped.map(({ inMs }) => inMs ?? 0));
  const time = stopped.some(({ inMs }) => inMs === null) ? "" : ` after ${slowest.toFixed(0)} ms`;
  const stay = stopped.length === 1 ? "it stays" : "they stay";
  return [`${stopped.map(({ id }) => id).join(", ")} confirmed the stop${time}; ${stay} stopped until a reset.`];
}

export async function resetRobot(id: string): Promise<void> {
  try {
    await gateway.value!.reset(id);
    notice.value = { lines: [`${id}: the stop is cleared. It moves only after it is armed again.`], tone: "good" };
  } catch (error) {
    notice.value = { lines: [`${id} was not reset: ${wordsOf(error)}`], tone: "bad" };
  }
}
