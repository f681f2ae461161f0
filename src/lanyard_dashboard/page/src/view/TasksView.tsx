// Tasks: submit one, see which wait and why, how far each is, pause, resume and cancel.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { chosenId, now } from "../link/robots.js";
import { type Gateway, RequestFailed, gateway, may, wordsOf } from "../link/session.js";
import { ageWords, judge } from "../model/freshness.js";
import type { Task } from "../model/types.js";
import { hasEnded, plain, taskSign, waitingWords } from "../model/words.js";
import { TaskForm } from "./TaskForm.js";
import { Badge, Card, FreshBadge } from "./parts.js";

const EVERY_MS = 1000;
const LISTED = 30;
const FRESH = { lateMs: 2500, oldMs: 5000 };

const tasks = signal<readonly Task[]>([]);
const heardAt = signal<number | null>(null);
const trouble = signal("");
const onlyChosen = signal(false);
const remarks = signal<ReadonlyMap<string, string>>(new Map()); // what became of a wish

export function TasksView() {
  useEffect(() => poll(gateway.value!), []);
  const age = heardAt.value === null ? null : Math.max(0, now.value - heardAt.value);
  const freshness = judge(age, FRESH);
  return (
    <>
      <div class="title"><h1>Tasks</h1></div>
      <div class="grid tasks">
        {may("tasks:write") ? <TaskForm onDone={() => void refresh(gateway.value!)} />
          : <Card title="New task"><p class="hint">This key may not submit tasks.</p></Card>}
        <Card title="Queue and history" class={`wide ${freshness}`}
          aside={<FreshBadge freshness={freshness} ageMs={age} />}>
          <label class="check">
            <input type="checkbox" checked={onlyChosen.value} onChange={(event) => {
              onlyChosen.value = event.currentTarget.checked;
              void refresh(gateway.value!);
            }} /> only {chosenId.value}
          </label>
          {trouble.value && <p class="error" role="alert">{trouble.value}, {ageWords(age)}</p>}
          <TaskTable />
        </Card>
      </div>
    </>
  );
}

function poll(link: Gateway): () => void {
  let isGone = false;
  void (async () => {
    while (!isGone) {
      if (!document.hidden) await refresh(link);
      await new Promise((resolve) => { setTimeout(resolve, EVERY_MS); });
    }
  })();
  return () => { isGone = true; };
}

async function refresh(link: Gateway): Promise<void> {
  try {
    const robotId = onlyChosen.value ? chosenId.value ?? undefined : undefined;
    tasks.value = await link.tasks<Task>({ limit: LISTED, ...(robotId === undefined ? {} : { robotId }) });
    heardAt.value = performance.now();
    trouble.value = "";
  } catch (error) {
    trouble.value = wordsOf(error);
  }
}

function TaskTable() {
  if (tasks.value.length === 0) return <p class="dim">No tasks yet.</p>;
  return (
    <table class="task-table">
      <thead>
        <tr>
          <th scope="col">task</th><th scope="col">robot</th><th scope="col">status</th>
          <th scope="col">progress</th><th scope="col">priority</th><th scope="col"><span class="unseen">pause, cancel</span></th>
        </tr>
      </thead>
      <tbody>{tasks.value.map((task) => <TaskRow key={task.task_id} task={task} />)}</tbody>
    </table>
  );
}

function TaskRow({ task }: { task: Task }) {
  const robot = task.assigned_robot_id ?? task.robot_id;
  const percent = Math.round((task.status === "succeeded" ? 1 : task.progress ?? 0) * 100);
  const remark = remarks.value.get(task.task_id);
  return (
    <tr data-task={task.task_id} data-status={task.status}>
      <th scope="row">
        <span>{plain(task.task_type)}</span>{" "}
        <small title={task.task_id}>…{task.task_id.slice(-6)}, {time(task.created_at)}</small>
      </th>
      <td data-name="robot">{robot}</td>
      <td data-name="status">
        <Badge sign={taskSign(task.status)} /> <small>{whyWords(task)}</small>
        {remark && <small class="remark" role="status">{remark}</small>}
      </td>
      <td data-name="progress">
        <span class="task-line">
          <progress max={100} value={percent} aria-label={`Progress of ${task.task_id.slice(-6)}`} /> {percent} %
        </span>
      </td>
      <td data-name="priority">{task.priority}</td>
      <td>
        {may("tasks:write") && (task.pausable || task.status === "paused") && (
          <button onClick={() => void pauseOrResume(task)}
            aria-label={`${pauseWord(task)} ${plain(task.task_type)} ${task.task_id.slice(-6)}`}>{pauseWord(task)}</button>
        )}{" "}
        {may("tasks:cancel") && !hasEnded(task.status) && (
          <button onClick={() => void cancel(task)}
            aria-label={`Cancel ${plain(task.task_type)} ${task.task_id.slice(-6)}`}>Cancel</button>
        )}
      </td>
    </tr>
  );
}

function whyWords(task: Task): string {
  if (task.error) return task.error.message;
  if (task.status === "queued") return waitingWords(task);
  if (hasEnded(task.status)) return "";
  const bound = task.cancellable ? "" : " (cannot be canceled in this phase)";
  return `${plain(task.phase ?? "")}${bound}${task.stale ? ", the robot is not heard" : ""}`;
}

const time = (stamp: string): string => new Date(stamp).toLocaleTimeString();

const pauseWord = (task: Task): string => (task.status === "paused" ? "Resume" : "Pause");

async function pauseOrResume(task: Task): Promise<void> {
  const link = gateway.value!;
  const isPaused = task.status === "paused";
  await ask(task, isPaused ? "resumed" : "paused", async () => {
    await (isPaused ? link.resumeTask(task.task_id) : link.pauseTask(task.task_id));
    return ""; // its status tells when the robot has done so
  });
}

async function cancel(task: Task): Promise<void> {
  const link = gateway.value!;
  await ask(task, "canceled", async () => {
    const { status } = await link.cancelTask<{ status: string }>(task.task_id, "canceled on the dashboard");
    return status === "canceling" ? "the robot is still stopping" : "";
  });
}

async function ask(task: Task, word: string, work: () => Promise<string>): Promise<void> {
  const say = (words: string) => { remarks.value = new Map(remarks.value).set(task.task_id, words); };
  say("asking …");
  try {
    say(await work());
  } catch (error) {
    const isRefused = error instanceof RequestFailed && error.status === 409;
    say(`${isRefused ? `Not ${word}` : "That failed"}: ${wordsOf(error)}`);
  }
  await refresh(gateway.value!);
}
