import assert from "node:assert/strict";
import { test } from "node:test";
import { OVERVIEW, STREAM, ageWords, judge, judgePart, partAge } from "../src/model/freshness.js";

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

test("an age is told in a unit that fits", () => {
  assert.deepEqual([null, 5, 1500, 120_000].map(ageWords), ["never heard", "5 ms old", "1.5 s old", "2 min old"]);
});
