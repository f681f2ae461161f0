import assert from "node:assert/strict";
import { test } from "node:test";
import { OVERVIEW, STREAM, ageWords, judge, judgePart, partAge, robotAge } from "../src/model/freshness.js";

const received = (ages: Record<string, number>) => ({ sample: { ages_ms: ages, online: true }, at: 1000 });

test("what was never heard is not live", () => {
  assert.equal(judge(null, STREAM), "none");
  assert.equal(judgePart(undefined, "pose", 0), "none");
  assert.equal(judgePart(received({}), "pose", 1000), "none");
});

test("the stream of one robot is late after 0.4 s and old after a second", () => {
  assert.deepEqual([0, 399, 400, 999, 1000].map((age) => judge(age, STREAM)), ["live", "live", "late", "late", "old"]);
});

test("the overview, which comes twice a second, is old after 2.5 s", () => {
  assert.deepEqual([600, 1200, 2500].map((age) => judge(age, OVERVIEW)), ["live", "late", "old"]);
});

test("a part is as old as the gateway said, and as what it came with has become since", () => {
  assert.equal(partAge(received({ pose: 50 }), "pose", 1200), 250);
});

test("a part that its robot publishes no more is old also while samples come", () => {
  assert.equal(judgePart(received({ pose: 5000 }), "pose", 1001), "old");
});

test("a part that comes slowly has more time", () => {
  assert.equal(judgePart(received({ battery: 1500 }), "battery", 1001), "live");
  assert.equal(judgePart(received({ battery: 6000 }), "battery", 1001), "old");
});

test("a robot that the gateway does not hear gets older while the gateway tells of it", () => {
  assert.equal(robotAge(received({ safety: 30 }), 1100), 130);
  assert.equal(robotAge({ ...received({ safety: 9000 }), at: 1000 }, 1010), 9010);
});

test("a robot that was never heard has no age, and nor has one of which nothing came", () => {
  assert.equal(robotAge({ sample: { ages_ms: {}, online: false }, at: 1000 }, 1100), null);
  assert.equal(robotAge(undefined, 1100), null);
  assert.equal(robotAge(received({}), 1100), 100, "it is online, and its state is not asked for");
});

test("an age is told in a unit that fits", () => {
  const told = [null, 5, 1500, 120_000, 7_200_000].map(ageWords);
  assert.deepEqual(told, ["never heard", "5 ms old", "1.5 s old", "2 min old", "2.0 h old"]);
});
