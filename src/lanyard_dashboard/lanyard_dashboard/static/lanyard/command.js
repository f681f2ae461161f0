// Drive a robot: a connection that is armed, paced, acknowledged, and at rest in the end. It sends
// the velocity that was set last, 50 times a second, until another is set. It never sends anything
// twice: when the connection is lost the velocity is forgotten, a new connection is made by itself,
// and the robot moves again only after `arm` and a new velocity. A page that is hidden, whose timers
// the browser slows down, lets the robot come to rest.

import { COMMAND, Connection, explainRefusal } from "./connection.js";
import { quoted } from "./endpoint.js";
import { LanyardError, LeaseHeld, NotArmed, Unreachable, isFinal } from "./errors.js";
import { ARMED, Pilot } from "./pilot.js";
import { Redial, sleep } from "./redial.js";

const REST_TIMEOUT_MS = 3000;
const REST_GRACE_MS = 200;
const STOP_TIMEOUT_MS = 1000;

export class CommandStream {
  #endpoint;
  #robotId;
  #rateHz;
  #clearSafeStop;
  #onChange;
  #pilot = null;
  #connection = null;
  #timer = null;
  #failure = null;
  #trouble = "not connected yet";
  #waiters = new Set();
  #ending = new AbortController();
  #running = null;
  #hide = () => { if (globalThis.document?.hidden) this.#pilot?.setVelocity(0, 0); };

  // `onChange` is called whenever something of what the properties say may have changed.
  constructor(endpoint, robotId, { rateHz = 50, clearSafeStop = false, onChange = () => {} } = {}) {
    this.#endpoint = endpoint;
    this.#robotId = robotId;
    this.#rateHz = rateHz;
    this.#clearSafeStop = clearSafeStop;
    this.#onChange = onChange;
  }

  // Whether the robot takes motion from this stream now.
  get armed() {
    return this.#pilot?.phase === ARMED;
  }

  // What the robot said of itself last: a `state` frame, or null.
  get state() {
    return this.#pilot?.state ?? null;
  }

  // What the robot's gateway allows, as `hello` said it; null while there is no connection.
  get limits() {
    return this.#pilot?.hello?.limits ?? null;
  }

  // How this connection has done so far; null while there is none.
  get figures() {
    return this.#pilot?.figures ?? null;
  }

  // Why the robot takes no motion, in words.
  get trouble() {
    return this.#failure?.message ?? (this.#pilot?.hello ? this.#pilot.refusal : this.#trouble);
  }

  // Connect and arm. Throws LeaseHeld, NotArmed with the robot's reason, or what keeps the
  // connection from being made.
  async open() {
    this.#running = this.#run();
    globalThis.document?.addEventListener("visibilitychange", this.#hide);
    try {
      await this.arm({ clearSafeStop: this.#clearSafeStop });
    } catch (error) {
      await this.#end();
      throw error;
    }
    return this;
  }

  // Have the robot take motion from this stream. Needed once more after a stop or a lost
  // connection; `clearSafeStop` clears a stop that stands, when the key may do that.
  async arm({ clearSafeStop = false, timeoutMs = 10_000 } = {}) {
    const deadline = performance.now() + timeoutMs;
    await this.#until(() => Boolean(this.#pilot?.hello), deadline);
    const pilot = this.#connectedPilot();
    pilot.arm({ clearSafeStop });
    const inTime = await this.#until(
      () => pilot !== this.#pilot || pilot.phase === ARMED || Boolean(pilot.refusal), deadline,
    );
    if (this.armed) return;
    const why = inTime ? pilot.refusal || this.#trouble : `no answer in ${timeoutMs / 1000} s`;
    throw new NotArmed(`the robot was not armed: ${why}`);
  }

  // Move with this velocity (m/s forward, rad/s to the left) until told otherwise; with `forMs` come
  // to rest by itself after so long. Throws NotArmed, or what ended the connection for good.
  drive(linear = 0, angular = 0, { forMs = null } = {}) {
    if (!Number.isFinite(linear) || !Number.isFinite(angular)) {
      throw new LanyardError("a velocity must be a finite number", "not_finite");
    }
    this.#armedPilot().setVelocity(linear, angular, forMs === null ? null : performance.now() + forMs);
  }

  // Go on as told for so long. Throws NotArmed as soon as the robot takes no motion.
  async hold(ms) {
    await this.#until(() => !this.armed, performance.now() + ms);
    this.#armedPilot();
  }

  // Stop the robot, latched: it has to be reset, or armed with `clearSafeStop`.
  stop(reason = "") {
    this.#connectedPilot({ needsLease: false }).stop(reason);
    this.#beat();
  }

  // Bring the robot to rest and close the connection.
  async close() {
    try {
      await this.#comeToRest();
    } finally {
      await this.#end();
    }
  }

  async #comeToRest() {
    const pilot = this.#pilot;
    if (!this.armed || this.#failure) return;
    pilot.setVelocity(0, 0);
    const deadline = performance.now() + REST_TIMEOUT_MS;
    await sleep(REST_GRACE_MS); // the report that it moves may still be under way
    const isOver = () => this.#failure !== null || !this.armed || pilot.atRest;
    if (await this.#when(isOver, deadline)) return;
    pilot.stop(`not at rest within ${REST_TIMEOUT_MS / 1000} s`);
    this.#beat();
    await this.#when(() => !this.armed && this.state?.safety.at_rest !== false, performance.now() + STOP_TIMEOUT_MS);
  }

  async #end() {
    globalThis.document?.removeEventListener("visibilitychange", this.#hide);
    this.#ending.abort();
    this.#connection?.close();
    await this.#running;
  }

  async #run() {
    const redial = new Redial();
    let wasConnected = false;
    const { signal } = this.#ending;
    while (!signal.aborted && this.#failure === null) {
      try {
        await this.#converse(() => {
          wasConnected = true;
          redial.linked();
        });
      } catch (error) {
        let why = error;
        if (error instanceof Unreachable) why = (await this.#refusal()) ?? error;
        this.#lost(why, isFinal(why) || !wasConnected);
      }
      if (this.#failure === null) await sleep(redial.nextWaitMs(), signal);
    }
  }

  async #refusal() {
    const needs = { scope: "command:stream", robots: [this.#robotId], online: true };
    return explainRefusal(this.#endpoint, needs).then(() => null, (why) => why);
  }

  async #converse(linked) {
    const now = performance.now();
    const pilot = new Pilot({ now, unixOffsetMs: Date.now() - now, rateHz: this.#rateHz });
    const connection = await Connection.open(this.#endpoint, `/ws/command/${quoted(this.#robotId)}`, COMMAND, {
      pings: false, // the pilot does that
      onFrame: (frame) => {
        pilot.frameReceived(performance.now(), frame);
        if (frame.t === "hello") this.#beat();
        this.#news();
      },
    });
    linked();
    this.#connection = connection;
    this.#pilot = pilot;
    this.#beat(); // hello may have come already
    this.#news();
    if (this.#ending.signal.aborted) connection.close();
    throw await connection.ended;
  }

  // Send what is due, and come back when something is due again.
  #beat() {
    clearTimeout(this.#timer);
    const pilot = this.#pilot;
    if (pilot === null) return;
    for (const frame of pilot.due(performance.now())) this.#connection.send(frame);
    const due = pilot.nextDeadline();
    if (due !== null) this.#timer = setTimeout(() => this.#beat(), Math.max(0, due - performance.now()));
  }

  #lost(error, isForGood) {
    clearTimeout(this.#timer);
    this.#pilot = null;
    this.#connection = null;
    this.#trouble = error.message;
    if (isForGood) this.#failure = error;
    this.#news();
  }

  #news() {
    for (const look of [...this.#waiters]) look();
    this.#onChange(this);
  }

  #connectedPilot({ needsLease = true } = {}) {
    if (this.#failure) throw this.#failure;
    const pilot = this.#pilot;
    if (!pilot?.hello) throw new NotArmed(`there is no connection to the gateway now: ${this.#trouble}`);
    if (needsLease && !pilot.hello.lease.yours) throw new LeaseHeld(pilot.hello.lease.holder);
    return pilot;
  }

  #armedPilot() {
    const pilot = this.#connectedPilot();
    if (pilot.phase !== ARMED) throw new NotArmed(`the robot takes no motion now: ${pilot.refusal || "arm it first"}`);
    return pilot;
  }

  // Wait for a condition; throws what ends the stream for good. False when time is up before.
  async #until(condition, deadline) {
    const isMet = await this.#when(() => this.#failure !== null || condition(), deadline);
    if (this.#failure) throw this.#failure;
    return isMet;
  }

  #when(condition, deadline) {
    return new Promise((resolve) => {
      const finish = (isMet) => {
        clearTimeout(alarm);
        this.#waiters.delete(look);
        resolve(isMet);
      };
      const look = () => condition() && finish(true);
      const alarm = setTimeout(() => finish(condition()), Math.max(0, deadline - performance.now()));
      this.#waiters.add(look);
      look();
    });
  }
}
