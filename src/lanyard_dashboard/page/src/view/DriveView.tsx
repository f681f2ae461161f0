// Drives the chosen robot by hand: take it, hold the stick (or the arrow keys), let go to stop.

import { useEffect } from "preact/hooks";
import { chosen, chosenFreshness, chosenId, isChosenOffline } from "../link/robots.js";
import { driver } from "../link/driver.js";
import { gateway, may, who } from "../link/session.js";
import { figure, holderWords } from "../model/words.js";
import { topSpeeds } from "../model/stick.js";
import { FloorMap } from "./FloorMap.js";
import { LinkCard, SafetyCard } from "./RobotView.js";
import { Stick } from "./Stick.js";
import { Card, Facts } from "./parts.js";

export function DriveView() {
  const id = chosenId.value;
  useEffect(() => () => void driver.release(), [id]); // another robot or view: give this one back
  return (
    <>
      <div class="title"><h1>Drive {id}</h1></div>
      <div class="grid drive">
        <Pad />
        <SafetyCard />
        <Card title="Where" part="pose" received={chosen.value}><FloorMap /></Card>
        <CommandLink />
        <LinkCard />
      </div>
    </>
  );
}

const HOW = "Take command, then hold the stick; let go to stop.";
const OFFLINE_WORDS = "The robot is offline: it can be taken when it is back.";

function Pad() {
  const driving = driver.state.value;
  const isOld = chosenFreshness.value === "old" || chosenFreshness.value === "none";
  return (
    <Card title="Stick" class="pad-card">
      <p class="commands"><Commands /></p>
      <p role="status" class={driving?.isArmed ? "armed-words" : "hint"} data-testid="drive-status">
        {driver.trouble.value || driving?.words || (isChosenOffline.value ? OFFLINE_WORDS : HOW)}
      </p>
      {isOld && <p class="error">What is shown of the robot is old: look at the robot, not at this page.</p>}
      <Stick isArmed={driving?.isArmed ?? false} />
      <SpeedChoice />
    </Card>
  );
}

function Commands() {
  const id = chosenId.value;
  const driving = driver.state.value;
  if (!may("command:stream")) return <span class="error">This key may not drive.</span>;
  if (driving === null) {
    const take = () => id !== null && void driver.take(gateway.value!, id, { clearSafeStop: false });
    return <button class="primary" disabled={id === null || isChosenOffline.value} onClick={take}>Take command</button>;
  }
  return (
    <>
      {!driving.isArmed && (
        <button class="primary" disabled={driving.isAsking} onClick={() => void driver.armAgain()}>Arm again</button>
      )}
      <button onClick={() => void driver.release()}>Give back</button>
    </>
  );
}

function SpeedChoice() {
  const share = driver.share.value;
  const limits = driver.state.value?.limits ?? null;
  const top = topSpeeds(limits, share);
  const percent = Math.round(share * 100);
  return (
    <label class="speed">
      Full stick: {limits ? `${figure(top.linear)} m/s, ${figure(top.angular)} rad/s` : `${percent} % of what is allowed`}
      <input type="range" min={5} max={100} step={5} value={percent} aria-valuetext={`${percent} percent`}
        onInput={(event) => { driver.share.value = event.currentTarget.valueAsNumber / 100; }} />
    </label>
  );
}

function CommandLink() {
  const driving = driver.state.value;
  const asked = driver.asked.value;
  const twist = chosen.value?.sample.twist;
  const [last, worst] = [figure(driving?.roundTripMs, 1), figure(driving?.worstRoundTripMs, 1)];
  return (
    <Card title="Commands" part="twist" received={chosen.value}>
      <Facts items={[
        ["Lease", holderWords(chosen.value?.sample.safety?.holder, who.value?.key_id)],
        ["Asked", `${figure(asked.linear)} m/s, ${figure(asked.angular)} rad/s`],
        ["Moves", <span data-testid="moves">{figure(twist?.linear.x)} m/s, {figure(twist?.angular.z)} rad/s</span>],
        ["Acknowledged", driving ? `after ${last} ms (worst ${worst} ms)` : "–"],
        ["Refused", driving ? `${driving.refused}, slowed down ${driving.interruptions} times` : "–"],
      ]} />
    </Card>
  );
}
