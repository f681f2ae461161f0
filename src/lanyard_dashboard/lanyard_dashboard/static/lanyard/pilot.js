// The client's half of the command channel: what to send when, and what the answers mean. It holds
// no clock and does nothing itself: it is told `now` (milliseconds, monotonic) and the frames that
// came, and says which frames are due. One pilot serves one connection, so nothing that was meant
// for an older one can be sent on a newer.

export const GREETING = "waiting for hello";
export const CONNECTED = "connected, not armed";
export const ARMING = "asked to be armed";
export const ARMED = "armed";

const NEUTRAL = Object.freeze({ linear: 0, angular: 0 });
const MOST_AWAITED = 256;
const ARM_ERRORS = new Set(["arm_refused", "reset_refused", "bad_session", "lease_held"]);
const IN_WORDS = {
  ack_timeout: "it was stopped because a command was not acknowledged in time",
  sequence: "it was stopped because sequence numbers did not rise",
  command_invalid: "it was stopped because a velocity was not a finite number",
  client_stop: "it was stopped by a client",
};

export class Pilot {
  phase = GREETING;
  hello = null;
  state = null;
  refusal = "";
  // Commands sent, applied, refused while armed; how often the robot slowed down because commands
  // came late; round trips in milliseconds.
  figures = { sent: 0, applied: 0, refused: 0, interruptions: 0, roundTripMs: null, worstRoundTripMs: 0 };

  #unixOffsetMs;
  #periodMs;
  #seq = 0;
  #velocity = NEUTRAL;
  #velocityUntil = null;
  #commandDue;
  #pingDue;
  #wish = null;
  #robotKnowsNeutral = false;
  #neutralFirst = false;
  #stops = [];
  #awaited = new Map();
  #restConfirmed = false;

  // `unixOffsetMs`: what to add to `now` to get the time of day, for the stamps.
  constructor({ now, unixOffsetMs, rateHz }) {
    this.#unixOffsetMs = unixOffsetMs;
    this.#periodMs = 1000 / rateHz;
    this.#commandDue = now;
    this.#pingDue = now;
  }

  // Whether the robot took a neutral command after its last motion, and is at rest.
  get atRest() {
    return this.#restConfirmed && this.state?.safety.at_rest === true;
  }

  // Ask to be armed; `clearSafeStop` clears a stop that stands, when this client may.
  arm({ clearSafeStop }) {
    if (this.phase === ARMED) return;
    this.refusal = "";
    this.#wish = { clear_safe_stop: clearSafeStop };
  }

  // Send this velocity (m/s forward, rad/s to the left) from now on; after `until` neutral again.
  setVelocity(linear, angular, until = null) {
    this.#velocity = { linear, angular };
    this.#velocityUntil = until;
    this.#restConfirmed = false;
  }

  // Stop the robot, latched; goes out before anything else.
  stop(reason) {
    this.setVelocity(0, 0);
    this.#stops.push(reason);
  }

  frameReceived(now, frame) {
    if (frame.t === "hello") {
      this.hello = frame;
      this.phase = CONNECTED;
    } else if (frame.t === "ack") this.#acknowledged(now, frame);
    else if (frame.t === "state") this.#stateChanged(frame);
    else if (frame.t === "err") this.#refused(frame);
    else if (frame.t === "pong") this.#measured(now, frame.ack);
  }

  // The frames to send now, in order.
  due(now) {
    if (this.phase === GREETING) return [];
    const frames = this.#stops.splice(0).map((reason) => this.#frame(now, "stop", { reason }));
    if (now >= this.#pingDue) {
      this.#pingDue = now + this.hello.timing.ping_interval_ms / 2; // one late ping is no lost client
      frames.push(this.#awaitAnswer(now, this.#frame(now, "ping", {}), false));
    }
    if (now >= this.#commandDue) frames.push(this.#command(now), ...this.#armIfWished(now));
    return frames;
  }

  // When frames are due again; null before hello, when nothing may be sent.
  nextDeadline() {
    return this.phase === GREETING ? null : Math.min(this.#commandDue, this.#pingDue);
  }

  // Arming needs a neutral command that the robot has answered.
  #armIfWished(now) {
    if (this.#wish === null || !this.#robotKnowsNeutral) return [];
    const fields = { session: this.hello.session, ...this.#wish };
    this.#wish = null;
    this.phase = ARMING;
    return [this.#frame(now, "arm", fields)];
  }

  #command(now) {
    this.#commandDue += this.#periodMs;
    if (this.#commandDue <= now) this.#commandDue = now + this.#periodMs; // late: make up for nothing
    if (this.#velocityUntil !== null && now >= this.#velocityUntil) this.setVelocity(0, 0);
    const { linear, angular } = this.phase === ARMED && !this.#neutralFirst ? this.#velocity : NEUTRAL;
    this.#neutralFirst = false;
    this.figures.sent += 1;
    const twist = { linear: { x: linear }, angular: { z: angular } };
    return this.#awaitAnswer(now, this.#frame(now, "cmd", { twist }), linear === 0 && angular === 0);
  }

  #frame(now, kind, fields) {
    this.#seq += 1;
    const stamp = Math.round((now + this.#unixOffsetMs) * 1000);
    return { v: 1, t: kind, seq: this.#seq, ts_us: stamp, ...fields };
  }

  #awaitAnswer(now, frame, isNeutral) {
    this.#awaited.set(frame.seq, { sentAt: now, isNeutral });
    if (this.#awaited.size > MOST_AWAITED) this.#awaited.delete(this.#awaited.keys().next().value);
    return frame;
  }

  #measured(now, seq) {
    const awaited = this.#awaited.get(seq);
    if (awaited === undefined) return false;
    this.#awaited.delete(seq);
    this.figures.roundTripMs = now - awaited.sentAt;
    this.figures.worstRoundTripMs = Math.max(this.figures.worstRoundTripMs, now - awaited.sentAt);
    return awaited.isNeutral;
  }

  #acknowledged(now, ack) {
    const isNeutral = this.#measured(now, ack.ack);
    this.#robotKnowsNeutral ||= isNeutral;
    if (ack.st === "ok" || ack.st === "clamped") {
      this.figures.applied += 1;
      this.#restConfirmed = isNeutral && this.#velocity.linear === 0 && this.#velocity.angular === 0;
    } else if (this.phase === ARMED) {
      this.figures.refused += 1;
      if (ack.st === "not_armed") {
        // Commands were late and the robot slowed down; one neutral command lets it go on.
        this.#neutralFirst = true;
        this.figures.interruptions += 1;
      }
    }
  }

  #stateChanged(frame) {
    this.state = frame;
    if (frame.armed) {
      this.phase = ARMED;
    } else if (this.phase === ARMED) {
      this.phase = CONNECTED;
      this.refusal = IN_WORDS[frame.safety.reason] ?? (frame.safety.reason || frame.safety.state);
      this.setVelocity(0, 0);
    }
  }

  #refused(frame) {
    if (this.phase !== ARMING || !ARM_ERRORS.has(frame.code)) return;
    this.phase = CONNECTED;
    this.refusal = frame.detail || frame.code;
  }
}
