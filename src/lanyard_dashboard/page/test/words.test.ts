import assert from "node:assert/strict";
import { test } from "node:test";
import { added, eventWords, isWorthALine, toneOf } from "../src/model/eventLog.js";
import { addressOf, routeOf } from "../src/model/route.js";
import { figure, holderWords, isLatched, safetySign, taskSign, waitingWords } from "../src/model/words.js";

test("every state differs from every other in its word and in its shape", () => {
  const signs = ["ready", "active", "safe_stop", "halted", "fault", "unknown"].map(safetySign);
  assert.equal(new Set(signs.map(({ word }) => word)).size, signs.length);
  assert.equal(new Set(signs.map(({ icon }) => icon)).size, signs.length);
});

test("a state that this page does not know is unknown, never good", () => {
  assert.equal(safetySign("dancing").tone, "dim");
  assert.equal(safetySign(undefined).word, "Unknown");
  assert.equal(taskSign("dancing").word, "dancing");
});

test("safe stop, halt and fault wait for a reset", () => {
  assert.deepEqual(["ready", "safe_stop", "halted", "fault"].map(isLatched), [false, true, true, true]);
});

test("why a task waits is said in words", () => {
  assert.equal(waitingWords({ hold_reason: "robot_offline", position: 2 }), "number 2 in the queue; the robot is offline");
  assert.equal(waitingWords({ hold_reason: "new_reason", position: null }), "new reason");
});

test("who holds the lease is said, and whether it is this key", () => {
  assert.equal(holderWords("key:abc", "abc"), "you (key abc)");
  assert.equal(holderWords("key:abc", "xyz"), "key abc");
  assert.equal(holderWords("/arm_001/tasks", "xyz"), "the robot's own tasks (/arm_001/tasks)");
  assert.equal(holderWords("", "xyz"), "nobody");
});

test("a figure that is not known is a dash", () => {
  assert.deepEqual([null, undefined, NaN, 1.236].map((each) => figure(each)), ["–", "–", "–", "1.24"]);
});

test("noise around zero shows no sign that comes and goes", () => {
  assert.deepEqual([-0.001, 0, -0.01].map((each) => figure(each)), ["0.00", "0.00", "-0.01"]);
});

test("events are told in words, newest first, 300 at most", () => {
  const event = (type: string, data = {}) => ({ id: "1", type, data });
  assert.equal(eventWords(event("task.failed", { error: { message: "no grip" } })), "task failed: no grip");
  assert.equal(eventWords(event("robot.safe_stop", { reason: "ack_timeout" })), "robot safe stop: ack timeout");
  assert.equal(eventWords(event("gap", { lost: null })), "some events were not seen");
  assert.equal(toneOf("robot.fault"), "bad");
  assert.ok(!isWorthALine(event("task.progress")));
  let log: ReturnType<typeof added> = [];
  for (let i = 0; i < 400; i++) log = added(log, { id: String(i), type: "t", data: {} });
  assert.deepEqual([log.length, log[0]!.id], [300, "399"]);
});

test("an address leads to a view and a robot, and back", () => {
  assert.deepEqual(routeOf(addressOf("robot", "arm 1/2")), { view: "robot", robotId: "arm 1/2" });
  for (const hash of ["", "#/", "#/nowhere", "#key=lyd_x", "#/robot/%E0%A4%A"]) {
    assert.equal(routeOf(hash).robotId, null);
  }
  assert.equal(routeOf("#/nowhere").view, "fleet");
});
