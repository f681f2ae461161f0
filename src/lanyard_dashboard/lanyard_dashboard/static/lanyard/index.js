// Drive, task and watch robots through a Lanyard gateway, from a browser or from Node 20 and later.
// An ES module without dependencies. It speaks JSON, which limits telemetry to 10 Hz.
//
//     import { Lanyard } from "/dashboard/lanyard/index.js";
//     const gateway = new Lanyard({ url, key });
//     for await (const sample of gateway.telemetry(["arm-001"])) console.log(sample.pose);

import { CommandStream } from "./command.js";
import { Endpoint, quoted } from "./endpoint.js";
import { isFinal } from "./errors.js";
import { events } from "./events.js";
import { Redial, sleep } from "./redial.js";
import { telemetry } from "./telemetry.js";

export { CommandStream } from "./command.js";
export * from "./errors.js";

const ENDED = new Set(["succeeded", "failed", "canceled"]);
const POLL_MS = 250;

// A gateway. Methods answer the gateway's own objects (see its OpenAPI document), and throw the
// errors of errors.js.
export class Lanyard {
  #endpoint;

  // `url` (by default where the page came from), `key`, and where the platform lacks them
  // `WebSocket` and `fetch`.
  constructor(options) {
    this.#endpoint = new Endpoint(options);
  }

  // --- tasks

  // Queue a task. With an `idempotencyKey` the same call again makes no second task.
  submitTask(taskType, { robotId, parameters = {}, priority = 1, timeoutS, idempotencyKey }) {
    return this.#endpoint.call("POST", "/tasks", {
      body: { task_type: taskType, robot_id: robotId, parameters, priority, timeout_s: timeoutS },
      headers: idempotencyKey === undefined ? {} : { "Idempotency-Key": idempotencyKey },
    });
  }

  task(taskId) {
    return this.#endpoint.call("GET", `/tasks/${quoted(taskId)}`);
  }

  // Tasks, newest first.
  async tasks({ status, robotId, taskType, limit = 50 } = {}) {
    const query = { status, robot_id: robotId, task_type: taskType, limit };
    return (await this.#endpoint.call("GET", "/tasks", { query })).items;
  }

  cancelTask(taskId, reason) {
    return this.#endpoint.call("DELETE", `/tasks/${quoted(taskId)}`, { query: { reason } });
  }

  // A task on a robot is "paused" once the robot is at rest; resumed, it goes on from where it was.
  pauseTask(taskId) {
    return this.#endpoint.call("POST", `/tasks/${quoted(taskId)}/pause`);
  }

  resumeTask(taskId) {
    return this.#endpoint.call("POST", `/tasks/${quoted(taskId)}/resume`);
  }

  async taskTypes() {
    return (await this.#endpoint.call("GET", "/task-types")).items;
  }

  // A task as it is now, and each time it has changed, until it has ended. A gateway that is gone
  // for a while is asked again after 1, 2, 4, then 8 s.
  async* watchTask(taskId, { signal } = {}) {
    const redial = new Redial();
    let before = "";
    for (let task = await this.task(taskId); !signal?.aborted; task = await this.#askAgain(taskId, redial, signal)) {
      const now = JSON.stringify([task.status, task.phase, task.progress, task.hold_reason]);
      if (now !== before) yield task;
      before = now;
      if (ENDED.has(task.status)) return;
    }
  }

  // The task, once it has ended.
  async waitForTask(taskId, { signal } = {}) {
    let last = null;
    for await (const task of this.watchTask(taskId, { signal })) last = task;
    return last;
  }

  // --- robots

  async robots() {
    return (await this.#endpoint.call("GET", "/robots")).items;
  }

  robotStatus(robotId) {
    return this.#endpoint.call("GET", `/robots/${quoted(robotId)}/status`);
  }

  // Stop a robot, latched. Not a safety-rated function.
  stop(robotId, reason = "") {
    return this.#endpoint.call("POST", `/robots/${quoted(robotId)}/stop`, { body: { reason } });
  }

  // Clear the stops of a robot whose causes are gone. It never moves the robot.
  reset(robotId) {
    return this.#endpoint.call("POST", `/robots/${quoted(robotId)}/reset`);
  }

  // A stream that drives the robot, not open yet; see CommandStream.
  commandStream(robotId, options) {
    return new CommandStream(this.#endpoint, robotId, options);
  }

  // Samples of these robots (none named: of all), for `for await`; see telemetry.js.
  telemetry(robots = [], options) {
    return telemetry(this.#endpoint, robots, options);
  }

  // What happens to robots, tasks and the gateway, for `for await`; see events.js.
  events(options) {
    return events(this.#endpoint, options);
  }

  // --- the gateway itself

  // Whom the gateway takes this key for, and what it may do.
  whoami() {
    return this.#endpoint.call("GET", "/whoami");
  }

  // A URL with which one rosbridge client may connect to this gateway, once and within ten seconds:
  // `new ROSLIB.Ros({ url: await gateway.rosbridgeUrl() })`. It holds a ticket, never the key.
  rosbridgeUrl() {
    return this.#endpoint.rosbridgeUrl();
  }

  async #askAgain(taskId, redial, signal) {
    let waitMs = POLL_MS;
    for (;;) {
      await sleep(waitMs, signal);
      try {
        const task = await this.task(taskId);
        if (waitMs !== POLL_MS) redial.linked();
        return task;
      } catch (error) {
        if (isFinal(error) || signal?.aborted) throw error;
        waitMs = redial.nextWaitMs();
      }
    }
  }
}
