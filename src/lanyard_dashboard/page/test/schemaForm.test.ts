import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldsOf, parametersOf } from "../src/model/schemaForm.js";
import type { Schema } from "../src/model/types.js";

const SCHEMA: Schema = {
  type: "object",
  properties: {
    pick: { type: "object", properties: { x_m: { type: "number" } }, required: ["x_m"] },
    speed_mps: { type: "number", exclusiveMinimum: 0, maximum: 0.5, default: 0.25 },
    views: { type: "integer", minimum: 1 },
    gentle: { type: "boolean" },
    grip: { enum: ["soft", 2] },
    steps: { type: "array" },
    name: { type: "string", maxLength: 8 },
  },
  required: ["views"],
};
const fields = fieldsOf(SCHEMA);
const field = (path: string) => fields.find((each) => each.path === path)!;

test("each property is a field of its kind, and those of an object are told with its name", () => {
  assert.deepEqual(fields.map(({ path, kind }) => `${path} ${kind}`), [
    "pick.x_m number", "speed_mps number", "views integer", "gentle yesno", "grip choice", "steps json", "name text",
  ]);
});

test("labels are words with the unit that the name ends in", () => {
  assert.deepEqual([field("pick.x_m").label, field("speed_mps").label], ["pick x (m)", "speed (m/s)"]);
});

test("bounds and defaults are those of the schema", () => {
  assert.deepEqual(field("speed_mps").rules.max, 0.5);
  assert.equal(field("speed_mps").preset, "0.25");
});

test("a field of an object that may be left out is not required", () => {
  assert.equal(field("pick.x_m").isRequired, false);
  assert.equal(field("views").isRequired, true);
});

test("what was typed becomes parameters, and an empty field is left out", () => {
  const typed = { "pick.x_m": "1.5", views: "3", gentle: "true", grip: "2", steps: "[1]", name: " a ", speed_mps: "" };
  assert.deepEqual(parametersOf(fields, typed), {
    pick: { x_m: 1.5 }, views: 3, gentle: true, grip: 2, steps: [1], name: "a",
  });
});

for (const [typed, words] of [
  [{}, "views is needed"],
  [{ views: "1.5" }, "views must be a whole number"],
  [{ views: "1", speed_mps: "fast" }, "speed (m/s) must be a number"],
  [{ views: "1", steps: "[" }, "steps must be JSON, such as [] or {}"],
] as [Record<string, string>, string][]) {
  test(`it is said when ${words}`, () => {
    assert.throws(() => parametersOf(fields, typed), { message: words });
  });
}
