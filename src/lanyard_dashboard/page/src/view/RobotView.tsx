// One robot: what it does and why, where it is, its joints, arm, cameras, errors, and what happened.

import { chosen, chosenId, heardHz, joints, now, roundTripMs, velocity } from "../link/robots.js";
import { may, who } from "../link/session.js";
import { resetRobot } from "../link/stops.js";
import { ageWords, partAge } from "../model/freshness.js";
import type { Battery as BatteryState, JointState } from "../model/types.js";
import { OFFLINE, figure, holderWords, isLatched, plain, safetySign } from "../model/words.js";
import { Arm } from "./Arm.js";
import { EventLog } from "./EventLog.js";
import { FloorMap } from "./FloorMap.js";
import { Key, Plot } from "./Plot.js";
import { Badge, Battery, Card, Facts } from "./parts.js";

const PARTS = ["safety", "joint_state", "pose", "twist", "ee_pose", "battery", "cameras", "errors"];

const JOINT_COLUMNS = ["joint", "rad", "rad/s", "N·m", "°C"];

export function RobotView() {
  const received = chosen.value;
  return (
    <>
      <div class="title"><h1>{chosenId.value ?? "No robot"}</h1></div>
      <div class="grid robot">
        <SafetyCard />
        <Card title="Where" part="pose" received={received}><FloorMap /></Card>
        <Arm />
        <VelocityCard />
        <Health />
        <LinkCard />
        <EventLog robotId={chosenId.value} />
        <JointsCard />
      </div>
    </>
  );
}

export function SafetyCard() {
  const received = chosen.value;
  const safety = received?.sample.safety;
  const isOnline = received?.sample.online ?? false;
  const id = chosenId.value;
  const task = received?.sample.task;
  const battery = received?.sample.battery;
  const sign = isOnline ? safetySign(safety?.state) : OFFLINE;
  const reason = safety?.reason ? plain(safety.reason) : safety?.at_rest ? "at rest" : "";
  return (
    <Card title="Safety state" part="safety" received={received} class={`edge-${sign.tone}`}>
      <p class="state"><Badge sign={sign} large /></p>
      <p class="reason">{isOnline ? reason : "The gateway does not hear it. It may still move."}</p>
      {isLatched(safety?.state) && id !== null && (may("stop:reset")
        ? <p><button onClick={() => void resetRobot(id)}>Reset {id}</button></p>
        : <p class="hint">Only a key that may reset can clear this stop.</p>)}
      <Facts items={[
        ["Lease", holderWords(safety?.holder, who.value?.key_id)],
        ["Speed cap", safety?.speed_cap_mps == null ? "–" : `${figure(safety.speed_cap_mps)} m/s`],
        ["Task", task ? `${plain(task.phase || task.status)}, ${figure((task.progress ?? 0) * 100, 0)} %` : "none"],
        ["Battery", <Battery percent={battery?.percent} charging={battery?.charging ?? false} />],
      ]} />
      <p class="hint">Software state; not a safety-rated function. Wire a real emergency stop.</p>
    </Card>
  );
}

function VelocityCard() {
  const received = chosen.value;
  const twist = received?.sample.twist;
  const words = `${figure(twist?.linear.x)} m/s forward, ${figure(twist?.angular.z)} rad/s to the left`;
  return (
    <Card title="Velocity" part="twist" received={received}>
      <Plot history={velocity} names={["forward", "turning"]} height={170}
        label={`Velocity of the last minute; now ${words}`} />
      <ul class="legend">
        <li><Key index={0} /> forward <b class="figures">{figure(twist?.linear.x)} m/s</b></li>
        <li><Key index={1} /> turning <b class="figures">{figure(twist?.angular.z)} rad/s</b></li>
      </ul>
    </Card>
  );
}

function JointsCard() {
  const received = chosen.value;
  const state = received?.sample.joint_state;
  const names = state?.name ?? [];
  return (
    <Card title="Joints" class="wide" part="joint_state" received={received}>
      <div class="joints">
        <div>
          <h3>Positions, rad</h3>
          <Plot history={joints.position} names={names} label="Joint positions of the last minute; now as in the table" />
        </div>
        <div>
          <h3>Velocities, rad/s</h3>
          <Plot history={joints.velocity} names={names} label="Joint velocities of the last minute; now as in the table" />
        </div>
        <JointTable state={state} />
      </div>
    </Card>
  );
}

function JointTable({ state }: { state: JointState | null | undefined }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Joint figures">
      <table data-testid="joints">
        <thead>
          <tr>{JOINT_COLUMNS.map((name) => <th key={name} scope="col">{name}</th>)}</tr>
        </thead>
        <tbody>
          {(state?.name ?? []).map((name, i) => (
            <tr key={name}>
              <th scope="row"><Key index={i} /> {name}</th>
              <td>{figure(state!.position[i])}</td>
              <td>{figure(state!.velocity[i])}</td>
              <td>{figure(state!.effort[i], 1)}</td>
              <td>{figure(state!.temperature_c[i], 1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Health() {
  const received = chosen.value;
  const { errors = [], cameras = [], battery } = received?.sample ?? {};
  return (
    <Card title="Errors and cameras" part="errors" received={received}>
      <h3>Errors</h3>
      {errors.length === 0 ? <p class="dim">none reported</p> : (
        <ul class="errors">
          {errors.map((each) => (
            <li key={each.code}>
              <b>{each.level}: {each.code}</b> {each.message}
              {each.hint && <small>{each.hint}</small>}
            </li>
          ))}
        </ul>
      )}
      <h3>Cameras</h3>
      {cameras.length === 0 ? <p class="dim">none</p> : (
        <ul class="cameras">
          {cameras.map((each) => (
            <li key={each.id}>
              <b>{each.id}</b> {each.width}×{each.height}{each.encoding && ` ${each.encoding}`} at {figure(each.fps, 1)} Hz
              <small>{each.frame_id}, {each.topic}{!each.info_ok && ", its CameraInfo is not usable"}</small>
            </li>
          ))}
        </ul>
      )}
      <h3>Battery</h3>
      <p class="figures">
        {battery ? batteryWords(battery) : "not known"}
      </p>
    </Card>
  );
}

const batteryWords = ({ voltage_v, current_a, temperature_c }: BatteryState): string =>
  `${figure(voltage_v, 1)} V, ${figure(current_a, 1)} A, ${figure(temperature_c, 0)} °C`;

export function LinkCard() {
  const received = chosen.value;
  return (
    <Card title="Link">
      <Facts items={[
        ["Round trip", `${figure(roundTripMs.value, 1)} ms`],
        ["Samples", `${figure(heardHz.value, 1)} a second`],
        ["Dropped", String(received?.sample.dropped ?? "–")],
        ["Sample", received ? `number ${received.sample.seq}` : "–"],
      ]} />
      <h3>Age of each part</h3>
      <ul class="ages figures">
        {PARTS.map((part) => <li key={part}>{plain(part)} <b>{ageWords(partAge(received, part, now.value))}</b></li>)}
      </ul>
    </Card>
  );
}

