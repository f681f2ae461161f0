// An unmodified roslib behind a tunnel: `node tunnel.mjs 1|2 HOST:PORT KEY ORIGIN`. Fetches a ticket,
// connects with it, says the first message of /chatter and publishes one.
import { createRequire } from "node:module";

const [version, place, key, origin] = process.argv.slice(2);
const require = createRequire(import.meta.url);

// A browser says the origin of its page, and Node does not: here it does.
const ws = require("ws"), headers = { origin };
require.cache[require.resolve("ws")].exports = class extends ws {
  constructor(url) { super(url, [], { headers }); }
};
globalThis.WebSocket = class extends WebSocket {
  constructor(url) { super(url, { headers }); }
};
const ROSLIB = version === "1" ? require("roslib1") : await import("roslib2");

const answer = await fetch(`http://${place}/api/v1/ws-tickets`, {
  method: "POST",
  headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
  body: JSON.stringify({ purpose: "rosbridge" }),
});
const { ticket } = await answer.json();
const ros = new ROSLIB.Ros({ url: `ws://${place}/?ticket=${ticket}` });
await new Promise((go, no) => (ros.on("connection", go), ros.on("error", () => no("refused"))));
const topic = (name) => new ROSLIB.Topic({ ros, name, messageType: "std_msgs/String" });
const heard = await new Promise((go) => topic("/chatter").subscribe((message) => go(message.data)));
topic("/answers").publish({ data: `heard by roslib ${version}` });
const time = new ROSLIB.Service({ ros, name: "/rosapi/get_time", serviceType: "rosapi/GetTime" });
await new Promise((go, no) => time.callService({}, go, no)); // by now the message before it has arrived
console.log(JSON.stringify(heard));
process.exit(0);
