// Watch robots: samples for `for await`, from a connection that is made again when it is lost. Who
// is slow gets the newest sample of each robot, and never lags.

import { RequestFailed } from "./errors.js";
import { TELEMETRY, frames } from "./connection.js";
import { quoted } from "./endpoint.js";

// Keeps the newest sample of each robot.
class Newest {
  #samples = new Map();

  put(frame) {
    this.#samples.set(frame.t === "tlm" ? frame.robot_id : frame.t, frame);
    return true;
  }

  take() {
    for (const [name, frame] of this.#samples) {
      this.#samples.delete(name);
      return frame;
    }
    return undefined;
  }

  clear() {
    this.#samples.clear();
  }
}

// `robots`: which ones; none named: all. `fields`: which parts (all unless named). `rateHz`: at most
// 10, because JSON carries no more. `signal` (an AbortSignal) ends it. `onRoundTrip` hears each second
// how many milliseconds a ping took.
export async function* telemetry(endpoint, robots, { fields, rateHz = 10, signal, onRoundTrip } = {}) {
  const wish = { rate_hz: rateHz, ...(fields ? { fields } : {}), ...(robots.length > 1 ? { robots } : {}) };
  const one = robots.length === 1 ? `/${quoted(robots[0])}` : "";
  let confirmed = false; // until then come samples that nobody asked for
  const source = frames(endpoint, {
    path: `/ws/telemetry${one}`,
    channel: TELEMETRY,
    waiting: new Newest(),
    needs: { scope: "telemetry:read", robots },
    signal,
    onRoundTrip,
    begin(connection) {
      confirmed = false;
      connection.tell("sub", wish);
    },
  });
  for await (const frame of source) {
    if (frame.t === "err") throw new RequestFailed(400, frame);
    if (frame.t === "sub") confirmed = true;
    if (frame.t === "tlm" && confirmed) yield frame;
  }
}
