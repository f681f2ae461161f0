import assert from "node:assert/strict";
import { test } from "node:test";
import { yawOf } from "../src/model/geometry.js";
import { TfTree, type Told } from "../src/model/tfTree.js";

const HALF = Math.SQRT1_2;
const told = (parent: string, child: string, x: number, quarter = false): Told => ({
  header: { frame_id: parent },
  child_frame_id: child,
  transform: { translation: { x, y: 0, z: 0 }, rotation: quarter ? { x: 0, y: 0, z: HALF, w: HALF } : { x: 0, y: 0, z: 0, w: 1 } },
});

test("frames are placed in the root, through those between", () => {
  const tree = new TfTree();
  tree.take([told("base", "link", 1, true), told("link", "tool", 2)], 0, { isFixed: false });
  const tool = tree.below("base", 0).at(-1)!;
  assert.equal(tool.name, "tool");
  assert.ok(Math.abs(tool.pose.translation.x - 1) < 1e-9 && Math.abs(tool.pose.translation.y - 2) < 1e-9);
  assert.ok(Math.abs(yawOf(tool.pose.rotation) - Math.PI / 2) < 1e-9);
});

test("frames of another robot, above the root, are left out", () => {
  const tree = new TfTree();
  tree.take([told("map", "base", 1), told("map", "other", 1), told("base", "tool", 1)], 0, { isFixed: false });
  assert.deepEqual(tree.below("base", 0).map(({ name }) => name), ["base", "tool"]);
});

test("a slash before a name means nothing", () => {
  const tree = new TfTree();
  tree.take([told("/base", "/tool", 1)], 0, { isFixed: true });
  assert.equal(tree.below("base", 0).length, 2);
});

test("a loop is walked once", () => {
  const tree = new TfTree();
  tree.take([told("a", "b", 1), told("b", "a", 1)], 0, { isFixed: false });
  assert.deepEqual(tree.below("a", 0).map(({ name }) => name), ["a", "b"]);
});

test("only what moves gets old", () => {
  const tree = new TfTree();
  assert.equal(tree.ageMs("base", 5), null);
  tree.take([told("base", "camera", 1)], 0, { isFixed: true });
  assert.equal(tree.ageMs("base", 5), null);
  tree.take([told("base", "tool", 1)], 100, { isFixed: false });
  assert.equal(tree.ageMs("base", 350), 250);
  assert.deepEqual(tree.below("base", 350).map(({ ageMs }) => ageMs), [0, 0, 250]);
});

test("another robot that moves does not make this one look live", () => {
  const tree = new TfTree();
  tree.take([told("arm_002/base", "arm_002/tool", 1)], 0, { isFixed: false });
  tree.take([told("arm_001/base", "arm_001/tool", 1)], 5000, { isFixed: false });
  assert.equal(tree.ageMs("arm_002/base", 5000), 5000);
  assert.equal(tree.ageMs("arm_003/base", 5000), null);
});

test("no more than 500 frames are kept, whatever is published", () => {
  const tree = new TfTree();
  tree.take(Array.from({ length: 600 }, (_, i) => told("base", `f${i}`, 1)), 0, { isFixed: false });
  assert.equal(tree.below("base", 0).length, 501);
});
