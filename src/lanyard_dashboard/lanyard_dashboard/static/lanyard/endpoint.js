// A gateway: where it is, the key to it, and how requests and sockets get there. The key goes into
// a header; never into a URL. A socket of a page is opened with a ticket, which is good once; one of
// a program with the key, as a subprotocol that is never echoed.

import { LanyardError, RequestFailed, Unreachable } from "./errors.js";

const API = "/api/v1";
const REQUEST_TIMEOUT_MS = 10_000;

export class Endpoint {
  #key;

  // `url` is by default where the page came from. `WebSocket` and `fetch` are those of the platform
  // unless given: Node 20 and 21 have no WebSocket of their own (use the npm package `ws`, or start
  // node with --experimental-websocket). `tickets`: whether sockets are opened with tickets.
  constructor({ url = globalThis.location?.origin, key, WebSocket = globalThis.WebSocket,
    fetch = globalThis.fetch, tickets = "document" in globalThis } = {}) {
    if (!/^https?:\/\/[^/?#]+/.test(url ?? "")) throw new LanyardError(`${url} is no gateway's URL`, "bad_url");
    if (!/^[\x21-\x7e]+$/.test(key ?? "")) {
      throw new LanyardError("the API key is empty, or holds characters that no key has", "bad_key");
    }
    if (!WebSocket) throw new LanyardError("this platform has no WebSocket: hand one in", "no_websocket");
    this.url = url.replace(/\/+$/, "");
    this.#key = key;
    this.usesTickets = tickets;
    this.fetch = fetch.bind(globalThis);
    this.WebSocket = WebSocket;
  }

  // A new socket, which is not open yet; with the ticket for it, or else with the key.
  socket(path, channel, ticket = null) {
    const url = this.url.replace(/^http/, "ws") + path;
    return new this.WebSocket(url, [`${channel}+json`, ticket ?? `lanyard.bearer.${this.#key}`]);
  }

  // A ticket for a socket, if this client uses them. For `/ws/command/arm-001`: purpose command, robot
  // arm-001; `/ws/events` has no robot. Throws as `call`.
  async ticket(path, channel) {
    const [, purpose] = channel.split(".");
    const robot = path.split("/")[3];
    const wish = { purpose, ...(robot ? { robot_id: decodeURIComponent(robot) } : {}) };
    return (await this.call("POST", "/ws-tickets", { body: wish })).subprotocol;
  }

  // Where a rosbridge client connects, with a ticket: such a client can be given nothing but a URL.
  async rosbridgeUrl() {
    const { ticket } = await this.call("POST", "/ws-tickets", { body: { purpose: "rosbridge" } });
    return `${this.url.replace(/^http/, "ws")}/rosbridge?ticket=${quoted(ticket)}`;
  }

  // The body of an answer. Throws Unreachable when none comes, and RequestFailed with the gateway's
  // reason when it refuses.
  async call(method, path, { body, headers = {}, query = {} } = {}) {
    const wanted = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
    const search = wanted.length ? `?${new URLSearchParams(wanted)}` : "";
    const response = await this.#request(`${this.url}${API}${path}${search}`, {
      method,
      headers: {
        Authorization: `Bearer ${this.#key}`,
        ...(body ? { "Content-Type": "application/json" } : {}),
        ...headers,
      },
      body: body && JSON.stringify(body),
    });
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw new RequestFailed(response.status, answer);
    return answer;
  }

  async #request(url, options) {
    try {
      return await this.fetch(url, { ...options, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
    } catch (error) {
      throw new Unreachable(`no gateway answers at ${this.url}: ${error.cause?.message ?? error.message}`, "unreachable");
    }
  }
}

// A part of a path that cannot leave its place.
export const quoted = (part) => encodeURIComponent(part);
