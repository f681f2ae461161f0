// What is known of the robots: of all at a slow rate, of the chosen one ten times a second, and what
// happens to them. Kept with the time at which it arrived here.

import { computed, effect, signal } from "@preact/signals";
import { added, isWorthALine } from "../model/eventLog.js";
import { OVERVIEW, STREAM, type Freshness, type Limits, judge, judgePart, robotAge } from "../model/freshness.js";
import { History } from "../model/history.js";
import { Trail } from "../model/trail.js";
import type { RobotEvent, Sample } from "../model/types.js";
import { type Gateway, follow } from "./session.js";

export interface Received { sample: Sample; at: number }

const OVERVIEW_HZ = 2;
const TICK_MS = 250;
const FIRST_ID = "0".repeat(26); // before every event: tell all that is kept

export const now = signal(performance.now()); // moves four times a second
export const robotIds = signal<string[]>([]);
export const chosenId = signal<string | null>(null);
export const overview = signal<ReadonlyMap<string, Received>>(new Map());
export const chosen = signal<Received | undefined>(undefined);
export const events = signal<readonly RobotEvent[]>([]);
export const roundTripMs = signal<number | null>(null);
export const heardHz = signal(0);
export const linkTrouble = signal("");

export const joints = { position: new History(12), velocity: new History(12), effort: new History(12) };
export const velocity = new History(2);
export const trail = new Trail();

// How old what is known of a robot is, and whether the gateway still tells anything at all: it tells, too,
// of a robot that is offline.
export const overviewAge = (id: string): number | null => robotAge(overview.value.get(id), now.value);
export const isOverviewTold = (id: string): boolean => isTold(overview.value.get(id), OVERVIEW);
export const chosenAge = computed(() => robotAge(chosen.value, now.value));
export const chosenFreshness = computed<Freshness>(() => judge(chosenAge.value, STREAM));
export const isChosenTold = computed(() => isTold(chosen.value, STREAM));
export const isChosenOffline = computed(() => isChosenTold.value && chosen.value?.sample.online === false);

const isTold = (received: Received | undefined, limits: Limits): boolean =>
  received !== undefined && now.value - received.at < limits.oldMs;

export function watchRobots(gateway: Gateway): void {
  const never = new AbortController().signal;
  setInterval(() => { now.value = performance.now(); }, TICK_MS);
  void follow(
    () => gateway.telemetry<Sample>([], { rateHz: OVERVIEW_HZ, fields: ["safety", "battery", "task", "errors"] }),
    takeOverview, say, never,
  );
  void follow(() => gateway.events<RobotEvent>({ since: lastId() }), takeEvent, say, never);
  effect(() => watchChosen(gateway, chosenId.value));
}

const lastId = (): string => events.value.find(({ id }) => id !== null)?.id ?? FIRST_ID;
const say = (words: string): void => { linkTrouble.value = words; };

function takeOverview(sample: Sample): void {
  overview.value = new Map(overview.value).set(sample.robot_id, { sample, at: performance.now() });
  if (!robotIds.value.includes(sample.robot_id)) robotIds.value = [...robotIds.value, sample.robot_id].sort();
}

function takeEvent(event: RobotEvent): void {
  const isFirstGap = event.type === "gap" && events.value.length === 0; // what was before this page
  if (isWorthALine(event) && !isFirstGap) events.value = added(events.value, event);
}

function watchChosen(gateway: Gateway, id: string | null): () => void {
  const ending = new AbortController();
  forget();
  if (id !== null) {
    const begin = () => gateway.telemetry<Sample>([id], {
      signal: ending.signal,
      onRoundTrip: (ms) => { roundTripMs.value = ms; },
    });
    void follow(begin, (sample) => ending.signal.aborted || takeChosen(sample), say, ending.signal);
  }
  return () => ending.abort();
}

function forget(): void {
  chosen.value = undefined;
  roundTripMs.value = null;
  heardHz.value = 0;
  trail.clear();
  for (const each of [...Object.values(joints), velocity]) each.clear();
}

let arrivals: number[] = [];

function takeChosen(sample: Sample): void {
  const at = performance.now();
  arrivals = [...arrivals.filter((each) => each > at - 2000), at];
  heardHz.value = arrivals.length / 2;
  // What the robot does not publish any more is repeated in each sample: it is not drawn as new.
  const isNew = (part: string) => judgePart({ sample, at }, part, at) !== "old";
  const state = isNew("joint_state") ? sample.joint_state : null;
  const twist = isNew("twist") ? sample.twist : null;
  joints.position.push(at / 1000, state?.position ?? []);
  joints.velocity.push(at / 1000, state?.velocity ?? []);
  joints.effort.push(at / 1000, state?.effort ?? []);
  velocity.push(at / 1000, [twist?.linear.x, twist?.angular.z]);
  if (sample.pose) trail.push(sample.pose.position);
  linkTrouble.value = "";
  chosen.value = { sample, at };
}
