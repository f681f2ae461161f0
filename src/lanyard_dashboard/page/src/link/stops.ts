// STOP and reset. A stop goes both ways at once: the stream that drives is open already and faster,
// the request works without it, and says whether the robot has confirmed.

import { signal } from "@preact/signals";
import type { Tone } from "../model/words.js";
import { driver } from "./driver.js";
import { gateway, wordsOf } from "./session.js";

export interface Notice { words: string; tone: Tone }
interface Answer { robot_id: string; confirmed: boolean; confirmed_in_ms: number | null }

// What the page has to say at once, whatever the view.
export const notice = signal<Notice | null>(null);

const UNSURE = "It may still move: use its emergency stop.";

export async function stopRobots(ids: readonly string[]): Promise<void> {
  driver.stop("STOP on the dashboard");
  notice.value = { words: `Stopping ${ids.join(", ")} …`, tone: "warn" };
  const told = await Promise.all(ids.map(stopOne));
  const isBad = told.some(({ tone }) => tone === "bad");
  notice.value = { words: told.map(({ words }) => words).join(" "), tone: isBad ? "bad" : "warn" };
}

async function stopOne(id: string): Promise<Notice> {
  try {
    const answer = await gateway.value!.stop<Answer>(id, "STOP on the dashboard");
    if (!answer.confirmed) return { words: `${id} has not confirmed the stop yet. ${UNSURE}`, tone: "bad" };
    const time = answer.confirmed_in_ms === null ? "" : ` after ${answer.confirmed_in_ms.toFixed(0)} ms`;
    return { words: `${id} confirmed the stop${time}; it stays stopped until a reset.`, tone: "warn" };
  } catch (error) {
    return { words: `STOP of ${id} failed: ${wordsOf(error)}. ${UNSURE}`, tone: "bad" };
  }
}

export async function resetRobot(id: string): Promise<void> {
  try {
    await gateway.value!.reset(id);
    notice.value = { words: `${id}: the stop is cleared. It moves only after it is armed again.`, tone: "good" };
  } catch (error) {
    notice.value = { words: `${id} was not reset: ${wordsOf(error)}`, tone: "bad" };
  }
}
