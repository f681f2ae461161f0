// The client with sockets and requests of the test's own: reconnecting, resuming, keeping up.
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { Lanyard, NotArmed, RequestFailed, Unreachable } from "../../lanyard_dashboard/static/lanyard/index.js";

const KEY = `lyd_aaaaaaaaaa_${"s".repeat(43)}`;
const turns = async (count = 20) => { for (let i = 0; i < count; i += 1) await null; };

// A gateway whose sockets and answers the test decides. Sockets open unless `opens` is false.
class Gateway {
  sockets = [];
  opens = true;
  answers = { "GET /whoami": [200, { scopes: ["telemetry:read", "robots:read", "command:stream"] }] };
  requests = [];

  get newest() {
    return this.sockets.at(-1);
  }

  client() {
    const gateway = this;
    class Socket {
      readyState = 0;
      sent = [];

      constructor(url, protocols) {
        Object.assign(this, { url, protocols });
        gateway.sockets.push(this);
        queueMicrotask(() => (gateway.opens ? this.open() : this.drop(1006)));
      }

      open() {
        this.readyState = 1;
        this.onopen();
      }

      send(text) {
        this.sent.push(JSON.parse(text));
      }

      say(...frames) {
        for (const frame of frames) this.onmessage?.({ data: JSON.stringify(frame) });
      }

      drop(code, reason = "") {
        this.readyState = 3;
        this.onclose({ code, reason });
      }

      close() {
        this.readyState = 3;
      }
    }
    const fetch = async (url, { method, headers, body }) => {
      const path = url.replace("http://robot/api/v1", "");
      gateway.requests.push({ method, path, headers, body: body && JSON.parse(body) });
      const answer = gateway.answers[`${method} ${path}`];
      if (!answer) throw new TypeError("refused");
      return { ok: answer[0] < 400, status: answer[0], json: async () => answer[1] };
    };
    return new Lanyard({ url: "http://robot/", key: KEY, WebSocket: Socket, fetch });
  }
}

beforeEach(() => mock.timers.enable({ apis: ["setTimeout", "setInterval"] }));
afterEach(() => mock.timers.reset());

async function pass(ms) {
  mock.timers.tick(ms);
  await turns();
}

test("the key goes into a header and a subprotocol, never into a URL", async () => {
  const gateway = new Gateway();
  const client = gateway.client();
  await client.whoami();
  const samples = client.telemetry(["arm/1"]);
  samples.next();
  await turns();
  assert.equal(gateway.requests[0].headers.Authorization, `Bearer ${KEY}`);
  assert.equal(gateway.newest.url, "ws://robot/ws/telemetry/arm%2F1");
  assert.deepEqual(gateway.newest.protocols, ["lanyard.telemetry.v1+json", `lanyard.bearer.${KEY}`]);
});

test("a rosbridge client gets a URL with a ticket in it, and no key", async () => {
  const gateway = new Gateway();
  gateway.answers["POST /ws-tickets"] = [201, { ticket: "a+b" }];
  assert.equal(await gateway.client().rosbridgeUrl(), "ws://robot/rosbridge?ticket=a%2Bb");
  assert.deepEqual(gateway.requests[0].body, { purpose: "rosbridge" });
});

test("each answered ping of a telemetry socket tells how long it took, once", async () => {
  const gateway = new Gateway();
  const took = [];
  const samples = gateway.client().telemetry(["arm-001"], { onRoundTrip: (ms) => took.push(ms) });
  samples.next();
  await turns();
  await pass(1000);
  const ping = gateway.newest.sent.find(({ t }) => t === "ping");
  gateway.newest.say({ t: "pong", ack: ping.seq + 7 }, { t: "pong", ack: ping.seq });
  assert.equal(took.length, 1);
  assert.ok(took[0] >= 0);
});

test("what is no URL or no key is refused at once, and the key is not shown", () => {
  const Socket = class {};
  assert.throws(() => new Lanyard({ url: "robot:80", key: "k", WebSocket: Socket }), /no gateway's URL/);
  assert.throws(
    () => new Lanyard({ url: "http://robot", key: "secret\n", WebSocket: Socket }),
    (error) => /API key/.test(error.message) && !/secret/.test(error.message),
  );
  assert.throws(() => new Lanyard({ url: "http://robot", key: "k", WebSocket: null }), /no WebSocket/);
});

test("a problem becomes an error that a person understands", async () => {
  const gateway = new Gateway();
  const problem = { code: "validation_failed", detail: "wrong", errors: [{ field: "priority", message: "at most 9" }] };
  gateway.answers["POST /tasks"] = [422, problem];
  await assert.rejects(gateway.client().submitTask("wait", { robotId: "r" }), (error) => {
    assert.ok(error instanceof RequestFailed);
    assert.deepEqual([error.status, error.code, error.message], [422, "validation_failed", "wrong [priority: at most 9]"]);
    return true;
  });
});

test("a gateway that does not answer is named", async () => {
  await assert.rejects(new Gateway().client().robots(), (error) => {
    assert.ok(error instanceof Unreachable);
    assert.match(error.message, /no gateway answers at http:\/\/robot/);
    return true;
  });
});

test("a task is submitted as the interface says", async () => {
  const gateway = new Gateway();
  gateway.answers["POST /tasks"] = [201, { task_id: "t-1" }];
  const options = { robotId: "r", parameters: { x_m: 1 }, idempotencyKey: "once" };
  assert.equal((await gateway.client().submitTask("move_to", options)).task_id, "t-1");
  const [{ headers, body }] = gateway.requests;
  assert.deepEqual(body, { task_type: "move_to", robot_id: "r", parameters: { x_m: 1 }, priority: 1 });
  assert.equal(headers["Idempotency-Key"], "once");
});

test("a watched task comes each time it has changed, until it has ended", async () => {
  const gateway = new Gateway();
  const watch = gateway.client().watchTask("t-1");
  const answer = (status, progress) => { gateway.answers["GET /tasks/t-1"] = [200, { status, progress }]; };
  answer("queued", 0);
  assert.equal((await watch.next()).value.status, "queued");
  const second = watch.next();
  await turns();
  await pass(250);
  answer("running", 0.5);
  await pass(250);
  assert.equal((await second).value.progress, 0.5);
  delete gateway.answers["GET /tasks/t-1"]; // gone for a moment
  const third = watch.next();
  await turns();
  await pass(250);
  answer("succeeded", 1);
  await pass(1200);
  assert.equal((await third).value.status, "succeeded");
  assert.equal((await watch.next()).done, true);
});

test("samples from before the wish was confirmed are not shown, and the newest of each robot is kept", async () => {
  const gateway = new Gateway();
  const samples = gateway.client().telemetry([], { fields: ["pose"], rateHz: 5 });
  const first = samples.next();
  await turns();
  const socket = gateway.newest;
  assert.equal(socket.url, "ws://robot/ws/telemetry");
  assert.deepEqual([socket.sent[0].t, socket.sent[0].rate_hz, socket.sent[0].fields], ["sub", 5, ["pose"]]);
  const sample = (robot_id, seq) => ({ t: "tlm", robot_id, seq });
  socket.say(sample("a", 1));
  await turns();
  socket.say({ t: "sub" });
  await turns();
  socket.say(sample("a", 2));
  assert.equal((await first).value.seq, 2);
  socket.say(sample("a", 3), sample("b", 4), sample("a", 5));
  assert.deepEqual([(await samples.next()).value.seq, (await samples.next()).value.seq], [5, 4]);
});

test("a lost telemetry connection is made again after 1, 2, 4 and 8 s", async () => {
  const gateway = new Gateway();
  const samples = gateway.client().telemetry(["a"]);
  const next = samples.next();
  await turns();
  gateway.opens = false;
  gateway.newest.drop(1006);
  await turns();
  for (const [seconds, count] of [[0.7, 1], [0.6, 2], [1.5, 2], [1, 3], [3, 3], [2, 4], [6, 4]]) {
    await pass(seconds * 1000);
    assert.equal(gateway.sockets.length, count, `sockets after another ${seconds} s`);
  }
  gateway.opens = true;
  await pass(4000);
  gateway.newest.say({ t: "sub" });
  await turns();
  gateway.newest.say({ t: "tlm", robot_id: "a", seq: 1 });
  assert.equal((await next).value.seq, 1);
});

test("a connection that says nothing for three seconds is given up", async () => {
  const gateway = new Gateway();
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  let now = 0;
  mock.method(performance, "now", () => now);
  gateway.client().telemetry(["a"]).next();
  await turns();
  for (let second = 1; second <= 3; second += 1) {
    now += 1000;
    await pass(1000);
  }
  assert.deepEqual(gateway.newest.sent.map((frame) => frame.t), ["sub", "ping", "ping"]);
  assert.equal(gateway.newest.readyState, 3);
  mock.restoreAll();
});

for (const [answers, code] of [
  [{ "GET /whoami": [401, { code: "unauthenticated" }] }, "unauthenticated"],
  [{ "GET /whoami": [200, { scopes: [] }] }, "forbidden"],
  [{ "GET /robots/a": [404, { code: "not_found" }] }, "not_found"],
  [{ "GET /robots/a": [200, {}] }, "unreachable"],
]) {
  test(`a socket that cannot be opened says why: ${code}`, async () => {
    const gateway = new Gateway();
    Object.assign(gateway.answers, answers);
    gateway.opens = false;
    await assert.rejects(gateway.client().telemetry(["a"]).next(), (error) => error.code === code);
  });
}

test("a connection that was taken away for good is not made again", async () => {
  const gateway = new Gateway();
  const next = gateway.client().telemetry(["a"]).next();
  await turns();
  gateway.newest.drop(4403, "forbidden");
  await assert.rejects(next, /forbidden \(4403\)/);
});

test("a signal ends the watching", async () => {
  const gateway = new Gateway();
  const ending = new AbortController();
  const next = gateway.client().telemetry(["a"], { signal: ending.signal }).next();
  await turns();
  ending.abort();
  assert.equal((await next).done, true);
  assert.equal(gateway.newest.readyState, 3);
});

const event = (id, type = "task.queued", more = {}) => ({ t: "evt", id, type, robot_id: "a", task_id: null, ...more });

test("events go on behind the last one after a lost connection, and none comes twice", async () => {
  const gateway = new Gateway();
  const events = gateway.client().events();
  const first = events.next();
  await turns();
  assert.deepEqual(gateway.newest.sent, []);
  gateway.newest.say(event("01A"));
  assert.equal((await first).value.id, "01A");
  const second = events.next();
  await turns();
  gateway.newest.drop(1006);
  await turns();
  await pass(1200);
  const [resume] = gateway.newest.sent;
  assert.deepEqual([resume.t, resume.last_event_id], ["resume", "01A"]);
  gateway.newest.say(event("01D"), { t: "resume", complete: false }, { t: "gap", lost: null }, event("01A"), event("01C"), event("01D"));
  assert.deepEqual((await second).value, { type: "gap", id: null, data: { lost: null } });
  assert.deepEqual([(await events.next()).value.id, (await events.next()).value.id], ["01C", "01D"]);
});

test("only events that are wanted are shown, whether the gateway has heard of the wish or not", async () => {
  const gateway = new Gateway();
  const events = gateway.client().events({ since: "019", types: ["task.*"], robots: ["a"] });
  const first = events.next();
  await turns();
  assert.deepEqual(gateway.newest.sent.map((frame) => frame.t), ["filter", "resume"]);
  gateway.newest.say({ t: "resume" }, event("01A", "robot.offline"), event("01B", "task.failed", { robot_id: "b" }), event("01C", "task.failed"));
  assert.equal((await first).value.id, "01C");
});

test("after a time away with nothing seen before, nobody knows what was missed, and that is said", async () => {
  const gateway = new Gateway();
  const first = gateway.client().events().next();
  await turns();
  gateway.newest.drop(1006);
  await turns();
  await pass(1200);
  gateway.newest.say(event("01A"));
  assert.equal((await first).value.type, "gap");
});

test("a wish that is refused ends with the reason", async () => {
  const gateway = new Gateway();
  const next = gateway.client().events({ types: ["weather"] }).next();
  await turns();
  gateway.newest.say({ t: "err", code: "unknown_type", detail: "there is no weather" });
  await assert.rejects(next, /there is no weather/);
});

test("a stream that is not open moves nothing and says so", () => {
  const stream = new Gateway().client().commandStream("a");
  assert.throws(() => stream.drive(0.2), NotArmed);
  assert.throws(() => stream.stop(), /not connected yet/);
  assert.equal(stream.armed, false);
});
