// The frame around the views: where one is, which robot, how good the link is, and STOP.

import { useEffect, useRef } from "preact/hooks";
import {
  chosen, chosenAge, chosenFreshness, chosenId, isChosenTold, linkTrouble, robotIds, roundTripMs, watchRobots,
} from "../link/robots.js";
import { gateway, leave, loginTrouble, openingTrouble } from "../link/session.js";
import { notice, stopRobots } from "../link/stops.js";
import { driver } from "../link/driver.js";
import { type View, VIEWS } from "../model/route.js";
import { OFFLINE, figure, safetySign } from "../model/words.js";
import { DriveView } from "./DriveView.js";
import { FleetView } from "./FleetView.js";
import { Login } from "./Login.js";
import { RobotView } from "./RobotView.js";
import { TasksView } from "./TasksView.js";
import { Icon } from "./icons.js";
import { choose, isWholeFleet, linkTo, route } from "./navigation.js";
import { Badge, FreshBadge } from "./parts.js";
import { nextTheme, theme } from "./theme.js";

const TITLES: Record<View, string> = { fleet: "Fleet", robot: "Robot", tasks: "Tasks", drive: "Drive" };
const SHOWN: Record<View, () => preact.JSX.Element> = {
  fleet: FleetView, robot: RobotView, tasks: TasksView, drive: DriveView,
};

const SPOKEN = { live: "data is live", late: "data comes late", old: "data is old", none: "no data" };

export function App() {
  const link = gateway.value;
  useEffect(() => {
    if (link !== null) watchRobots(link);
  }, [link]);
  if (link === null && loginTrouble.value !== null) return <Login />;
  if (link === null) return <p class="opening" role="status">Opening … {openingTrouble.value}</p>;
  return <Inside />;
}

function Inside() {
  const { view } = route.value;
  const Shown = SHOWN[view];
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = `${TITLES[view]} – Lanyard`;
    if (!isFirst.current) {
      main.current?.focus({ preventScroll: true }); // so that a screen reader says where one has come to
      scrollTo(0, 0);
    }
    isFirst.current = false;
  }, [view]);
  useEffect(() => {
    document.addEventListener("keydown", stopWithSpace);
    return () => document.removeEventListener("keydown", stopWithSpace);
  }, []);
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); main.current?.focus(); }}>
        Skip to {TITLES[view]}
      </a>
      <header class="top">
        <a class="brand" href={linkTo("fleet")}><img src="icon.svg" alt="" width="24" height="24" /> Lanyard</a>
        <RobotChoice />
        <LinkState />
        <ColourSwitch />
        <button class="quiet wide-only" onClick={leave}>Forget key</button>
      </header>
      <Notice />
      <main id="main" ref={main} tabIndex={-1} aria-label={TITLES[view]}><Shown /></main>
      <div class="reach">
        <nav aria-label="Views">
          {VIEWS.map((each) => (
            <a key={each} href={linkTo(each)} aria-current={each === view ? "page" : undefined}>
              <Icon name={each} /> {TITLES[each]}
            </a>
          ))}
        </nav>
        <StopButton />
      </div>
    </>
  );
}

function ColourSwitch() {
  const words = `Colours: ${theme.value}`;
  return (
    <button class="quiet" onClick={nextTheme} aria-label={`${words}. Change`} title={words}>
      <Icon name="theme" /> <span class="wide-only">{theme.value}</span>
    </button>
  );
}

function RobotChoice() {
  return (
    <label class="choice">
      <span class="wide-only">Robot</span>
      <select aria-label="Robot" value={chosenId.value ?? ""} onChange={(event) => choose(event.currentTarget.value)}>
        {robotIds.value.map((id) => <option key={id} value={id}>{id}</option>)}
      </select>
    </label>
  );
}

// Of the robot that is chosen: its state, and how good what is known of it is.
function LinkState() {
  const sample = chosen.value?.sample;
  const freshness = chosenFreshness.value;
  const isKnown = isChosenTold.value;
  const sign = !isKnown ? safetySign("unknown") : sample?.online ? safetySign(sample.safety?.state) : OFFLINE;
  return (
    <div class="link-state" id="link">
      {/* Only what changes is said aloud; the age would be said each second. */}
      <span class="unseen" role="status">{`${chosenId.value ?? "No robot"}: ${sign.word}, ${SPOKEN[freshness]}`}</span>
      <Badge sign={sign} />
      <FreshBadge freshness={freshness} ageMs={chosenAge.value} />
      {isKnown && <span class="wide-only figures">{figure(roundTripMs.value, 1)} ms round trip</span>}
      {linkTrouble.value && !isKnown && <span class="trouble wide-only">{linkTrouble.value}</span>}
    </div>
  );
}

function Notice() {
  const told = notice.value;
  return (
    <div class="notices" role="alert">
      {told && (
        <div class={`notice ${told.tone}`}>
          <div>{told.lines.map((line) => <p key={line}>{line}</p>)}</div>
          <button class="quiet" aria-label="Close this message" onClick={() => { notice.value = null; }}>×</button>
        </div>
      )}
    </div>
  );
}

const STOP_HINT = "Stops and keeps stopped until a reset (space bar). Software, not a safety-rated function.";

// Whom STOP stops: the chosen robot; in the overview every one.
function stopTargets(): string[] {
  if (isWholeFleet.value) return robotIds.value;
  return chosenId.value === null ? [] : [chosenId.value];
}

function StopButton() {
  const targets = stopTargets();
  const whom = targets.length > 1 ? `all ${targets.length} robots` : targets[0] ?? "";
  return (
    <button id="stop" class="stop" disabled={targets.length === 0} onClick={() => void stopRobots(targets)}
      aria-keyshortcuts="Space" title={STOP_HINT}>
      STOP <small>{whom}</small>
    </button>
  );
}

// While somebody drives the space bar stops the robot whatever has the focus, but a field for text.
function stopWithSpace(event: KeyboardEvent): void {
  const taken = driver.state.value ? "input, textarea" : "input, select, button, textarea, a, summary, [role=button]";
  if (event.code !== "Space" || event.repeat || (event.target as Element).matches(taken)) return;
  event.preventDefault();
  void stopRobots(driver.state.value ? [driver.state.value.robotId] : stopTargets());
}

