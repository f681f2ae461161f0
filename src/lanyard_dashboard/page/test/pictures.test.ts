import assert from "node:assert/strict";
import { test } from "node:test";
import { History, SPAN_S } from "../src/model/history.js";
import { Trail, layout } from "../src/model/trail.js";

test("a plot's figures are told by how long ago they were", () => {
  const history = new History(2);
  history.push(10, [1, null]);
  history.push(10.5, [2, 3]);
  assert.deepEqual(history.columns(11), [[-1, -0.5], [1, 2], [null, 3]]);
});

test("where nothing came for a second there is a gap", () => {
  const history = new History(1);
  history.push(0, [1]);
  history.push(3, [2]);
  assert.deepEqual(history.columns(3)[1], [1, null, 2]);
});

test("a minute is kept", () => {
  const history = new History(1);
  for (let t = 0; t < 200; t += 0.5) history.push(t, [t]);
  assert.ok(history.columns(200)[0][0]! >= -SPAN_S - 2);
});

test("a robot that stands leaves one point, and one that jumps starts a new stretch", () => {
  const trail = new Trail();
  for (const x of [0, 0.001, 0.002, 0.1, 5, 5.1]) trail.push({ x, y: 0 });
  assert.deepEqual(trail.stretches.map((each) => each.length), [2, 2]);
});

test("a trail has an end", () => {
  const trail = new Trail();
  for (let i = 0; i < 4000; i++) trail.push({ x: i * 0.05, y: 0 });
  assert.ok(trail.stretches.flat().length <= 3000);
});

test("the robot is in the middle, x to the right and y up", () => {
  const { toPixel, gridM } = layout({ x: 1, y: 1 }, new Trail(), { width: 480, height: 240 }, 1);
  assert.deepEqual(toPixel({ x: 1, y: 1 }), [240, 120]);
  assert.ok(toPixel({ x: 2, y: 1 })[0] > 240);
  assert.ok(toPixel({ x: 1, y: 2 })[1] < 120);
  assert.equal(gridM, 1);
});

test("the whole trail fits", () => {
  const trail = new Trail();
  for (let x = 0; x <= 10; x += 0.5) trail.push({ x, y: 0 });
  const [left] = layout({ x: 10, y: 0 }, trail, { width: 300, height: 300 }, 1).toPixel({ x: 0, y: 0 });
  assert.ok(left > 0);
});
