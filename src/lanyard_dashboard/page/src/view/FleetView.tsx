// Every robot at a glance: online, safety state, battery, task, errors, age of what is shown.

import { type Received, isOverviewTold, overview, overviewAge, robotIds } from "../link/robots.js";
import { resetRobot, stopRobots } from "../link/stops.js";
import { may, who } from "../link/session.js";
import { OVERVIEW, judge, timeWords } from "../model/freshness.js";
import { addressOf } from "../model/route.js";
import { OFFLINE, holderWords, isLatched, plain, safetySign } from "../model/words.js";
import { EventLog } from "./EventLog.js";
import { Badge, Battery, Facts, FreshBadge } from "./parts.js";

export function FleetView() {
  const ids = robotIds.value;
  const samples = ids.map((id) => overview.value.get(id));
  const online = samples.filter((each) => each?.sample.online).length;
  const stopped = samples.filter((each) => isLatched(each?.sample.safety?.state)).length;
  return (
    <>
      <div class="title">
        <h1>Fleet</h1>
        <p role="status">
          {ids.length === 0 ? "Waiting for the first robot …" : (
            <><Count of={online} class={online < ids.length ? "bad-text" : ""} /> of {ids.length} online,{" "}
              <Count of={stopped} class={stopped > 0 ? "warn-text" : ""} /> stopped</>
          )}
        </p>
      </div>
      <div class="overview">
        <ul class="fleet">{ids.map((id) => <RobotTile key={id} id={id} received={overview.value.get(id)} />)}</ul>
        <EventLog robotId={null} />
      </div>
    </>
  );
}

function RobotTile({ id, received }: { id: string; received: Received | undefined }) {
  const sample = received?.sample;
  const ageMs = overviewAge(id);
  const freshness = judge(ageMs, OVERVIEW);
  const isKnown = isOverviewTold(id);
  const sign = !isKnown ? safetySign("unknown") : sample?.online ? safetySign(sample.safety?.state) : OFFLINE;
  const safety = sample?.safety;
  return (
    <li class={`card tile edge-${sign.tone} ${freshness}`} aria-label={`Robot ${id}`} data-robot={id}>
      <header>
        <h2><a href={addressOf("robot", id)}>{id}</a></h2>
        <FreshBadge freshness={freshness} ageMs={ageMs} />
      </header>
      <div class="content">
        <p class="state">
          <Badge sign={sign} large />{" "}
          <span class="reason">{isKnown ? reasonWords(sample, ageMs) : "its state is not known now"}</span>
        </p>
        <Facts items={[
          ["Battery", <Battery percent={sample?.battery?.percent} charging={sample?.battery?.charging ?? false} />],
          ["Task", <TaskLine sample={sample} />],
          ["Lease", holderWords(safety?.holder, who.value?.key_id)],
          ["Errors", <ErrorLine received={received} />],
        ]} />
      </div>
      <footer>
        <a class="button" href={addressOf("drive", id)}>Drive</a>
        {isKnown && isLatched(safety?.state) && may("stop:reset") && (
          <button onClick={() => void resetRobot(id)} aria-label={`Reset ${id}`}>Reset</button>
        )}
        <button class="stop small" onClick={() => void stopRobots([id])} aria-label={`STOP ${id}`}>STOP</button>
      </footer>
    </li>
  );
}

const Count = ({ of, class: tone }: { of: number; class: string }) => <b class={tone}>{of}</b>;

function reasonWords(sample: Received["sample"] | undefined, ageMs: number | null): string {
  if (sample?.online) return plain(sample.safety?.reason ?? "");
  return ageMs === null ? "was never heard" : `not heard for ${timeWords(ageMs)}`;
}

function TaskLine({ sample }: { sample: Received["sample"] | undefined }) {
  const task = sample?.task;
  if (!task) return <span class="dim">none</span>;
  const percent = Math.round((task.progress ?? 0) * 100);
  return (
    <span class="task-line">
      {plain(task.phase || task.status)}
      <progress max={100} value={percent} aria-label={`Task ${percent} percent`} /> {percent} %
    </span>
  );
}

function ErrorLine({ received }: { received: Received | undefined }) {
  const errors = received?.sample.errors ?? [];
  if (errors.length === 0) return <span class="dim">none</span>;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  return <span class="bad-text" title={errors[0]!.code}>{errors[0]!.message}{more}</span>;
}
