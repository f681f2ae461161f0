// The browser's side of a scenario. The page never has the key: the site that it came from asks the
// bridge for a ticket and says where to connect with it, as the server of a real site would.
import { play } from "./scenarios.mjs";

const told = [], listeners = [], goOns = [];
const asked = new URLSearchParams(location.search);
const [version, me, name] = ["version", "me", "name"].map((each) => asked.get(each));

const say = (...words) => (listeners.shift() ?? ((each) => told.push(each)))(words);
const heard = () => new Promise((go) => goOns.push(go));
const url = async () => (await (await fetch("ticket")).json()).url;

// For the test: what is said next, and to let it go on.
globalThis.nextTold = (patienceMs) => told.shift() ?? new Promise((go) => {
  listeners.push(go);
  setTimeout(() => go(null), patienceMs);
});
globalThis.goOn = () => goOns.shift()?.();

const ROSLIB = version === "1" ? globalThis.ROSLIB : await import("roslib2");
await play(name, { ROSLIB, version, me, url, say, heard });
