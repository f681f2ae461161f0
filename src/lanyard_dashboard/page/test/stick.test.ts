import assert from "node:assert/strict";
import { test } from "node:test";
import { CENTRE, isDriveKey, pushOf, pushOfKeys, speedOf, topSpeeds } from "../src/model/stick.js";

test("a stick in the middle, or hardly moved, asks for nothing", () => {
  assert.deepEqual(pushOf(0, 0, 100), CENTRE);
  assert.deepEqual(pushOf(5, 5, 100), CENTRE);
});

test("up is forward and to the left is a turn to the left", () => {
  const push = pushOf(-50, -50, 100);
  assert.ok(push.forward > 0.4 && push.left > 0.4);
});

test("a stick that is pulled beyond its edge asks for no more than all", () => {
  for (const [right, below] of [[500, 0], [0, -500], [300, 400]] as const) {
    const { forward, left } = pushOf(right, below, 100);
    assert.ok(Math.hypot(forward, left) <= 1 + 1e-12);
  }
  assert.equal(pushOf(0, -500, 100).forward, 1);
});

test("a stick without a size asks for nothing", () => {
  assert.deepEqual(pushOf(10, 10, 0), CENTRE);
});

test("keys that are held together add up, and opposite ones cancel", () => {
  assert.deepEqual(pushOfKeys(["ArrowUp", "ArrowLeft"]), { forward: 1, left: 1 });
  assert.deepEqual(pushOfKeys(["ArrowUp", "ArrowDown"]), CENTRE);
  assert.deepEqual(pushOfKeys([]), CENTRE);
  assert.ok(isDriveKey("ArrowDown") && !isDriveKey("a"));
});

test("a full push is the share of what the gateway allows", () => {
  const top = topSpeeds({ max_linear_m_s: 1, max_angular_rad_s: 1.5 }, 0.2);
  assert.deepEqual(speedOf({ forward: -1, left: 1 }, top), { linear: -0.2, angular: 0.30000000000000004 });
});

test("while the limits are not known nothing is asked for", () => {
  assert.deepEqual(speedOf({ forward: 1, left: 1 }, topSpeeds(null, 1)), { linear: 0, angular: 0 });
});
