// One open socket that carries JSON frames, and finds out when the other end is gone: whatever
// comes counts as a sign of life, and a ping each second asks for one.

import { ConnectionLost, RequestFailed, Unreachable, isFinal } from "./errors.js";
import { Redial, sleep } from "./redial.js";

export const COMMAND = "lanyard.command.v1";
export const TELEMETRY = "lanyard.telemetry.v1";
export const EVENTS = "lanyard.events.v1";

const SILENCE_MS = 3000;
const LOOK_MS = 1000;
const OPEN_TIMEOUT_MS = 5000;
const CANNOT_READ = 1002;
const NO_GOODBYE = 1006;

export class Connection {
  #socket;
  #isOpen = false;
  #seq = 0;
  #heardAt = performance.now();
  #unixOffsetMs = Date.now() - performance.now();
  #pinged = { seq: 0, at: 0 };
  #onRoundTrip = () => {};
  #watch = null;
  #end;
  #wake = () => {};

  // Resolves when the socket is open. `onFrame` gets every frame; `ended` resolves with the reason,
  // a ConnectionLost, when the connection is over. `pings`: whether to ask for signs of life; not
  // where the caller numbers and sends its own. `onRoundTrip` hears how many milliseconds each
  // answered ping took.
  static async open(endpoint, path, channel, { onFrame, pings = true, onRoundTrip = () => {} }) {
    const ticket = endpoint.usesTickets ? await endpoint.ticket(path, channel) : null;
    const connection = new Connection(endpoint.socket(path, channel, ticket), onFrame);
    connection.#onRoundTrip = onRoundTrip;
    await connection.#opened(endpoint);
    connection.#keepAlive(pings);
    return connection;
  }

  constructor(socket, onFrame) {
    this.#socket = socket;
    this.ended = new Promise((resolve) => { this.#end = resolve; });
    socket.onmessage = ({ data }) => this.#heard(data, onFrame);
    socket.onclose = ({ code, reason }) => this.#over(new ConnectionLost(code, reason));
    // What it means is said by the close that follows; only Node closes nothing that never opened.
    socket.onerror = () => this.#isOpen || this.#over(new ConnectionLost(NO_GOODBYE, ""));
  }

  // Send a frame that has its number and its stamp already.
  send(frame) {
    if (this.#socket.readyState === 1) this.#socket.send(JSON.stringify(frame));
  }

  // Send a frame of this kind, with the next number.
  tell(kind, fields = {}) {
    this.#seq += 1;
    const now = Math.round((performance.now() + this.#unixOffsetMs) * 1000);
    this.send({ v: 1, t: kind, seq: this.#seq, ts_us: now, ...fields });
  }

  // Resolves when the next frame has come, or the connection is over.
  something() {
    return new Promise((resolve) => { this.#wake = resolve; });
  }

  close() {
    this.#socket.close(1000);
    this.#over(new ConnectionLost(1000, "closed here"));
  }

  #opened(endpoint) {
    return new Promise((resolve, reject) => {
      const refuse = (why) => reject(new Unreachable(`no gateway answers at ${endpoint.url}: ${why}`, "unreachable"));
      const late = setTimeout(() => {
        refuse(`not within ${OPEN_TIMEOUT_MS / 1000} s`);
        this.close();
      }, OPEN_TIMEOUT_MS);
      this.#socket.onopen = () => {
        clearTimeout(late);
        this.#isOpen = true;
        this.#heardAt = performance.now();
        resolve();
      };
      this.ended.then((error) => {
        clearTimeout(late);
        refuse(error.message);
      });
    });
  }

  #keepAlive(pings) {
    this.#watch = setInterval(() => {
      const isSilent = performance.now() - this.#heardAt >= SILENCE_MS;
      if (isSilent) this.#giveUp(NO_GOODBYE, `nothing was heard for ${SILENCE_MS / 1000} s`);
      else if (pings) this.#ping();
    }, LOOK_MS);
    this.#watch.unref?.(); // in Node: what nobody waits for keeps no process alive
  }

  #ping() {
    this.tell("ping");
    this.#pinged = { seq: this.#seq, at: performance.now() };
  }

  #heard(data, onFrame) {
    this.#heardAt = performance.now();
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      return this.#giveUp(CANNOT_READ, "the gateway sent what this client cannot read");
    }
    if (frame.t === "pong" && frame.ack === this.#pinged.seq) this.#onRoundTrip(performance.now() - this.#pinged.at);
    onFrame(frame, this);
    this.#wake();
  }

  #giveUp(closeCode, reason) {
    this.#socket.close();
    this.#over(new ConnectionLost(closeCode, reason));
  }

  #over(error) {
    clearInterval(this.#watch);
    this.#socket.onmessage = null;
    this.#end(error);
    this.#wake();
  }
}

// Why a socket could not be opened. A browser does not tell with which status an upgrade was
// refused, so the same is asked once more by request: throws what that finds.
export async function explainRefusal(endpoint, { scope, robots = [], online = false }) {
  const who = await endpoint.call("GET", "/whoami");
  if (!who.scopes.includes(scope)) {
    const detail = `key ${who.key_id} (${who.role}) lacks ${scope}`;
    throw new RequestFailed(403, { code: "forbidden", detail });
  }
  for (const robot of robots) {
    const found = await endpoint.call("GET", `/robots/${encodeURIComponent(robot)}`);
    if (online && !found.online) {
      throw new RequestFailed(503, { code: "robot_offline", detail: `${robot} is offline` });
    }
  }
}

// Frames of a connection that is made again whenever it is lost, for `for await`. The first
// attempt must succeed. `begin(connection)` is called on each new connection. `waiting` holds the
// frames that nobody has taken yet, and decides what is kept of them; when it can keep no more, the
// connection is given up and made again. `needs`: what explainRefusal is to look for. `onRoundTrip`:
// as in Connection.
export async function* frames(endpoint, { path, channel, begin, waiting, needs, signal, onRoundTrip }) {
  const redial = new Redial();
  let wasConnected = false;
  while (!signal?.aborted) {
    try {
      const connection = await Connection.open(endpoint, path, channel, {
        onFrame: (frame, from) => waiting.put(frame) || from.close(),
        onRoundTrip,
      });
      wasConnected = true;
      redial.linked();
      waiting.clear();
      begin(connection);
      yield* taken(connection, waiting, signal);
    } catch (error) {
      if (error instanceof Unreachable) await throwIfFinal(explainRefusal(endpoint, needs));
      if (isFinal(error) || !wasConnected) throw error;
    }
    await sleep(redial.nextWaitMs(), signal);
  }
}

async function* taken(connection, waiting, signal) {
  let lost = null;
  connection.ended.then((error) => { lost = error; });
  const abort = () => connection.close();
  signal?.addEventListener("abort", abort);
  try {
    while (!signal?.aborted) {
      const frame = waiting.take();
      if (frame !== undefined) yield frame;
      else if (lost) throw lost;
      else await connection.something();
    }
  } finally {
    signal?.removeEventListener("abort", abort);
    connection.close();
  }
}

async function throwIfFinal(question) {
  try {
    await question;
  } catch (error) {
    if (isFinal(error)) throw error;
  }
}
