// The client's half of the command channel in virtual time.
import assert from "node:assert/strict";
import { test } from "node:test";

import { ARMED, ARMING, CONNECTED, Pilot } from "../../lanyard_dashboard/static/lanyard/pilot.js";

class Rig {
  now = 50_000;
  sent = [];
  acks = "not_armed";

  constructor({ rateHz = 50, greet = true } = {}) {
    this.pilot = new Pilot({ now: this.now, unixOffsetMs: 1.8e12, rateHz });
    if (greet) this.receive({ t: "hello", session: "this one", timing: { ping_interval_ms: 1000 } });
  }

  receive(frame) {
    this.pilot.frameReceived(this.now, frame);
  }

  state(armed, { reason = "", atRest = true } = {}) {
    const safety = { state: armed ? "active" : "safe_stop", reason, at_rest: atRest };
    this.receive({ t: "state", armed, safety });
  }

  ack(seq, st) {
    this.receive({ t: "ack", ack: seq, st });
  }

  // Let time pass; every command is acknowledged at once. Returns what was sent.
  run(seconds) {
    const before = this.sent.length;
    const until = this.now + seconds * 1000;
    for (let due = this.pilot.nextDeadline(); due !== null && due <= until; due = this.pilot.nextDeadline()) {
      this.now = Math.max(this.now, due);
      for (const frame of this.pilot.due(this.now)) {
        this.sent.push(frame);
        if (frame.t === "cmd" && this.acks) this.ack(frame.seq, this.acks);
      }
    }
    this.now = until;
    return this.sent.slice(before);
  }

  armed() {
    this.pilot.arm({ clearSafeStop: false });
    this.run(0.05);
    this.state(true);
    this.acks = "ok";
    return this;
  }
}

const of = (frames, kind) => frames.filter((frame) => frame.t === kind);
const isNeutral = ({ twist }) => twist.linear.x === 0 && twist.angular.z === 0;
const nearly = (value, wanted, tolerance) => assert.ok(Math.abs(value - wanted) <= tolerance, `${value}, not ${wanted}`);

test("nothing is sent before hello", () => {
  const rig = new Rig({ greet: false });
  assert.equal(rig.pilot.nextDeadline(), null);
  assert.deepEqual(rig.pilot.due(rig.now + 9000), []);
});

test("commands go out fifty times a second and pings at least each second", () => {
  const frames = new Rig().run(10);
  nearly(of(frames, "cmd").length, 500, 2);
  assert.ok(of(frames, "ping").length >= 10);
});

test("numbers rise by one over all frames, and stamps are whole microseconds of the day", () => {
  const frames = new Rig().armed().run(2);
  frames.forEach((frame, index) => assert.equal(frame.seq, frames[0].seq + index));
  assert.ok(frames.every((frame) => Number.isSafeInteger(frame.ts_us) && frame.ts_us > 1.8e15));
});

test("before arming every command is neutral, whatever was asked for", () => {
  const rig = new Rig();
  rig.pilot.setVelocity(0.2, 0);
  assert.ok(of(rig.run(1), "cmd").every(isNeutral));
});

test("arming waits until the robot has answered a neutral command", () => {
  const rig = new Rig();
  rig.acks = null;
  rig.pilot.arm({ clearSafeStop: true });
  assert.deepEqual(of(rig.run(1), "arm"), []);
  rig.acks = "not_armed";
  const [arm] = of(rig.run(0.1), "arm");
  assert.deepEqual([arm.session, arm.clear_safe_stop], ["this one", true]);
  assert.equal(rig.pilot.phase, ARMING);
});

test("once armed the velocity is sent until it is changed, or ends by itself", () => {
  const rig = new Rig().armed();
  rig.pilot.setVelocity(0.2, -0.1);
  assert.ok(of(rig.run(2), "cmd").every(({ twist }) => twist.linear.x === 0.2 && twist.angular.z === -0.1));
  rig.pilot.setVelocity(0.2, 0, rig.now + 500);
  const commands = of(rig.run(1), "cmd");
  nearly(commands.filter((command) => !isNeutral(command)).length, 25, 1);
  assert.ok(isNeutral(commands.at(-1)));
});

test("arming twice asks once", () => {
  const rig = new Rig().armed();
  rig.pilot.arm({ clearSafeStop: false });
  assert.deepEqual(of(rig.run(1), "arm"), []);
});

test("a refused arming keeps the reason", () => {
  const rig = new Rig();
  rig.pilot.arm({ clearSafeStop: true });
  rig.run(0.1);
  rig.receive({ t: "err", code: "arm_refused", detail: "the battery is out" });
  assert.deepEqual([rig.pilot.phase, rig.pilot.refusal], [CONNECTED, "the battery is out"]);
});

test("a robot that was stopped gets neutral commands until armed and told again", () => {
  const rig = new Rig().armed();
  rig.pilot.setVelocity(0.2, 0);
  rig.run(0.1);
  rig.state(false, { reason: "ack_timeout" });
  assert.match(rig.pilot.refusal, /not acknowledged in time/);
  assert.ok(of(rig.run(1), "cmd").every(isNeutral));
  rig.armed();
  assert.equal(rig.pilot.phase, ARMED);
  assert.ok(of(rig.run(1), "cmd").every(isNeutral));
});

test("after late commands one neutral command lets the robot go on", () => {
  const rig = new Rig().armed();
  rig.pilot.setVelocity(0.2, 0);
  rig.run(0.1);
  rig.ack(rig.sent.at(-1).seq, "not_armed");
  assert.deepEqual(of(rig.run(0.1), "cmd").slice(0, 3).map(isNeutral), [true, false, false]);
  assert.equal(rig.pilot.figures.interruptions, 1);
});

test("after a pause nothing is made up for", () => {
  const rig = new Rig().armed();
  rig.now += 5000;
  assert.equal(of(rig.pilot.due(rig.now), "cmd").length, 1);
  assert.ok(rig.pilot.nextDeadline() > rig.now);
});

test("a stop goes out first and ends the motion", () => {
  const rig = new Rig().armed();
  rig.pilot.setVelocity(0.2, 0);
  rig.pilot.stop("a person stands there");
  const frames = rig.run(0.1);
  assert.deepEqual([frames[0].t, frames[0].reason], ["stop", "a person stands there"]);
  assert.ok(of(frames, "cmd").every(isNeutral));
});

test("the robot counts as at rest after an answered neutral command and its own word", () => {
  const rig = new Rig().armed();
  rig.pilot.setVelocity(0.2, 0);
  rig.run(0.1);
  rig.pilot.setVelocity(0, 0);
  assert.ok(!rig.pilot.atRest);
  rig.run(0.1);
  assert.ok(rig.pilot.atRest);
  rig.state(true, { atRest: false });
  assert.ok(!rig.pilot.atRest);
});

test("the figures tell round trips and refusals", () => {
  const rig = new Rig().armed();
  rig.acks = null;
  const [command] = of(rig.run(0.02), "cmd");
  rig.now += 5;
  rig.ack(command.seq, "clamped");
  rig.ack(command.seq, "safe_stop");
  const { applied, refused, roundTripMs, worstRoundTripMs } = rig.pilot.figures;
  assert.deepEqual([applied, refused], [1, 1]);
  assert.ok(roundTripMs >= 5 && roundTripMs < 30 && worstRoundTripMs >= roundTripMs);
});

test("a frame of a kind that is not known is passed over", () => {
  const rig = new Rig();
  rig.receive({ t: "weather" });
  assert.equal(rig.pilot.phase, CONNECTED);
});
