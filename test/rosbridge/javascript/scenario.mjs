// One scenario of an unmodified roslib in Node: `node scenario.mjs 1|2 ME URL NAME`. Says what it saw as
// JSON, a line each; the test that started it tells it to go on with a line.
import { createRequire } from "node:module";
import readline from "node:readline";
import { play } from "./scenarios.mjs";

const [version, me, url, name] = process.argv.slice(2);
const ROSLIB = version === "1" ? createRequire(import.meta.url)("roslib1") : await import("roslib2");
const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();

await play(name, {
  ROSLIB, version, me,
  url: async () => url,
  say: (...told) => console.log(JSON.stringify(told)),
  heard: async () => (await lines.next()).value,
});
process.exit(0);
