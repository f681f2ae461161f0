// The page: asks for the key, follows the chosen robot, and draws what comes.

import "./style.css";
import { DrivePad } from "./drive.js";
import { connect, follow, keepKey, takeKey } from "./gateway.js";
import { drawTrack } from "./map.js";

const STALE_MS = 1000;
const TASKS_EVERY_MS = 1000;
const WORDS = {
  ready: "Ready", active: "Armed", safe_stop: "Safe stop", halted: "Halted", fault: "Fault",
  unknown: "Unknown",
};
const LATCHED = ["safe_stop", "halted", "fault"];

const $ = (id) => document.getElementById(id);
const number = (value, digits = 2) => (value == null ? "–" : value.toFixed(digits));

let gateway = null;
let robotId = null;
let unfollow = () => {};
let lastFrameAt = 0;
let track = [];
const pad = new DrivePad({
  take: $("take"), release: $("release"), pad: $("pad"), share: $("share"), status: $("drive-status"),
});

function rows(body, items, cells) {
  body.replaceChildren(...items.map((item) => {
    const row = document.createElement("tr");
    row.append(...cells(item));
    return row;
  }));
}

function cell(content, className = "") {
  const td = document.createElement("td");
  td.append(content);
  td.className = className;
  return td;
}

function list(element, lines) {
  element.replaceChildren(...(lines.length ? lines : ["none"]).map((line) => {
    const item = document.createElement("li");
    item.textContent = line;
    if (!lines.length) item.className = "none";
    return item;
  }));
}

function showSafety(safety) {
  const state = safety?.state ?? "unknown";
  $("safety").dataset.state = state;
  $("state").textContent = WORDS[state] ?? state;
  $("reason").textContent = safety?.reason ? `Why: ${safety.reason}` : "";
  $("reset").hidden = !LATCHED.includes(state);
}

function showPose(pose) {
  if (!pose) return;
  const { x, y } = pose.position;
  const q = pose.orientation;
  const yaw = Math.atan2(2 * (q.w * q.z + q.x * q.y), 1 - 2 * (q.y ** 2 + q.z ** 2));
  track.push([x, y]);
  if (track.length > 3000) track.shift();
  drawTrack($("map"), track, yaw);
  const degrees = (yaw * 180) / Math.PI;
  $("pose").textContent = `x ${number(x)} m, y ${number(y)} m, heading ${number(degrees, 0)}°`;
}

function showBattery(battery) {
  $("battery-bar").style.width = `${battery?.percent ?? 0}%`;
  $("battery-bar").classList.toggle("low", (battery?.percent ?? 100) < 20);
  $("battery").textContent = battery
    ? `${number(battery.percent, 0)} %, ${number(battery.voltage_v, 1)} V${battery.charging ? ", charging" : ""}`
    : "–";
}

function showJoints(joints) {
  const items = (joints?.name ?? []).map((name, i) => ({
    name, position: joints.position?.[i], velocity: joints.velocity?.[i], temperature: joints.temperature_c?.[i],
  }));
  rows($("joints"), items, (joint) => [
    cell(joint.name), cell(number(joint.position)), cell(number(joint.velocity)),
    cell(number(joint.temperature, 1), joint.temperature > 70 ? "hot" : ""),
  ]);
}

function showFrame(frame) {
  lastFrameAt = performance.now();
  showSafety(frame.safety);
  showPose(frame.pose);
  showBattery(frame.battery);
  showJoints(frame.joint_state);
  list($("errors"), (frame.errors ?? []).map((error) => `${error.code}: ${error.message}`));
  list($("cameras"), (frame.cameras ?? []).map((camera) =>
    `${camera.id} ${camera.width}×${camera.height} at ${number(camera.fps, 0)} Hz`));
  const ages = Object.entries(frame.ages_ms ?? {}).map(([name, ms]) => `${name} ${ms} ms`);
  $("ages").textContent = `frame ${frame.seq}, dropped ${frame.dropped ?? 0} · ages: ${ages.join(", ")}`;
}

function showTasks(tasks) {
  rows($("tasks"), tasks, (task) => {
    const bar = document.createElement("div");
    bar.className = "bar";
    const fill = document.createElement("i");
    const done = task.status === "succeeded" ? 1 : task.progress ?? 0;
    fill.style.width = `${Math.round(done * 100)}%`;
    bar.append(fill);
    const cancel = document.createElement("button");
    cancel.textContent = "Cancel";
    cancel.hidden = !["queued", "running", "paused"].includes(task.status);
    cancel.onclick = () => attempt(() => gateway.cancelTask(task.task_id));
    const why = task.error?.message || (task.status === "queued" && task.hold_reason) || task.phase || "";
    return [cell(task.task_id), cell(task.task_type),
      cell(why ? `${task.status} (${why.replaceAll("_", " ")})` : task.status), cell(bar), cell(cancel)];
  });
}

async function attempt(action) {
  try {
    $("task-error").textContent = "";
    await action();
    await refreshTasks();
  } catch (error) {
    $("task-error").textContent = error.message;
  }
}

async function refreshTasks() {
  showTasks(await gateway.tasks({ robotId, limit: 8 }));
}

function showTrouble(error) {
  $("task-error").textContent = error.message;
}

function watch(id) {
  unfollow();
  pad.release();
  robotId = id;
  track = [];
  unfollow = follow((signal) => gateway.telemetry([id], { signal }), showFrame, showTrouble);
}

function markAge() {
  const old = performance.now() - lastFrameAt > STALE_MS;
  document.body.classList.toggle("old", old);
  $("link").className = `pill ${old ? "stale" : "live"}`;
  $("link").textContent = old ? "no data" : "live";
}

// Both ways at once: the one that is open already is faster, the other also works without it.
function stop() {
  pad.stop("dashboard");
  attempt(() => gateway.stop(robotId, "dashboard"));
}

async function drive() {
  try {
    await (pad.driving ? pad.armAgain() : pad.take(gateway, robotId, { clearSafeStop: false }));
  } catch (error) {
    pad.show(error.message);
  }
}

async function start() {
  if (!takeKey()) return askForKey("");
  let robots;
  try {
    gateway = connect();
    robots = await gateway.robots();
  } catch (error) {
    if (error.status !== 401 && error.status !== 403 && error.code !== "bad_key") throw error;
    keepKey(null);
    return askForKey(error.message);
  }
  $("login").hidden = true;
  $("view").hidden = false;
  $("robot").replaceChildren(...robots.map((robot) => new Option(robot.robot_id, robot.robot_id)));
  watch(robots[0].robot_id);
  setInterval(() => refreshTasks().catch(showTrouble), TASKS_EVERY_MS);
  setInterval(markAge, 250);
}

function askForKey(message) {
  $("login").hidden = false;
  $("login-error").textContent = message;
}

$("login").onsubmit = (event) => {
  event.preventDefault();
  keepKey($("key").value.trim());
  start();
};
$("robot").onchange = () => watch($("robot").value);
$("stop").onclick = stop;
$("reset").onclick = () => attempt(() => gateway.reset(robotId));
$("take").onclick = drive;
$("release").onclick = () => pad.release();
$("move").onsubmit = (event) => {
  event.preventDefault();
  const parameters = { x_m: Number($("x").value), y_m: Number($("y").value) };
  attempt(() => gateway.submitTask("move_to", { robotId, parameters }));
};
$("pick").onclick = () => attempt(() => gateway.submitTask("pick_and_place", { robotId }));
// While somebody drives the space bar stops the robot whatever has the focus, but a field for text.
document.addEventListener("keydown", (event) => {
  const taken = pad.driving ? "input[type=number]" : "input, select, button";
  if (event.code !== "Space" || event.target.matches?.(taken)) return;
  event.preventDefault();
  stop();
});

start();
