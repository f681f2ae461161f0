// Follow what happens to robots, tasks and the gateway: events in order, none twice. A connection
// that is lost is made again and goes on behind the last event that was seen; what cannot be told
// any more shows as an event of the type `gap`.

import { RequestFailed } from "./errors.js";
import { EVENTS, frames } from "./connection.js";

const MOST_WAITING = 10_000;

// Keeps every frame in order, until there are too many: then they are asked for again, from where
// the reader is.
class InOrder {
  #frames = [];
  #next = 0;

  put(frame) {
    this.#frames.push(frame);
    return this.#frames.length - this.#next <= MOST_WAITING;
  }

  take() {
    const frame = this.#frames[this.#next];
    this.#next += 1;
    if (this.#next >= this.#frames.length) this.clear();
    return frame;
  }

  clear() {
    this.#frames = [];
    this.#next = 0;
  }
}

// `since`: the id of the last event that was seen; without it, what comes from now on. `types`
// (such as "task.*"), `robots`, `tasks`: only these. `signal` (an AbortSignal) ends it.
export async function* events(endpoint, { since = null, types, robots, tasks, signal } = {}) {
  const wanted = { types, robots, tasks };
  const hasWishes = Object.values(wanted).some((names) => names !== undefined);
  let last = since;
  let isResuming = false; // until that is confirmed come events that will come once more
  let wasAway = false; // and nobody knows from which event on
  let isFirst = true;
  const source = frames(endpoint, {
    path: "/ws/events",
    channel: EVENTS,
    waiting: new InOrder(),
    needs: { scope: "robots:read" },
    signal,
    begin(connection) {
      if (hasWishes) connection.tell("filter", wanted);
      isResuming = last !== null;
      wasAway = !isFirst && !isResuming;
      isFirst = false;
      if (isResuming) connection.tell("resume", { last_event_id: last });
    },
  });
  for await (const frame of source) {
    if (frame.t === "err") throw new RequestFailed(400, frame);
    if (frame.t === "resume") isResuming = false;
    if (isResuming) continue;
    if (wasAway) yield gap(null);
    wasAway = false;
    if (frame.t === "gap") yield gap(frame.lost);
    if (frame.t === "evt" && (last === null || frame.id > last)) {
      last = frame.id;
      if (isWanted(frame, wanted)) yield frame;
    }
  }
}

// `lost`: how many events at most; null: nobody knows.
const gap = (lost) => ({ type: "gap", id: null, data: { lost } });

// The gateway looks at this too; the first events may come before it has heard of the wish.
function isWanted(event, { types, robots, tasks }) {
  const family = `${event.type.split(".")[0]}.*`;
  return (!types || types.includes(event.type) || types.includes(family))
    && (!robots || robots.includes(event.robot_id))
    && (!tasks || tasks.includes(event.task_id));
}
