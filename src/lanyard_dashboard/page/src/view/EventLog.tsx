// What happened, newest first: to one robot, or to all.

import { events } from "../link/robots.js";
import { eventWords, toneOf } from "../model/eventLog.js";
import { Card } from "./parts.js";

const LISTED = 100;

export function EventLog({ robotId }: { robotId: string | null }) {
  const isMeant = (id: string | null | undefined) => robotId === null || !id || id === robotId;
  const listed = events.value.filter((each) => isMeant(each.robot_id)).slice(0, LISTED);
  return (
    <Card title="Events" class="wide events">
      <div class="scroll log" tabIndex={0} role="log" aria-label="What happened, newest first" aria-live="off">
        <ul>
          {listed.map((each) => (
            <li key={each.id ?? "gap"} class={toneOf(each.type)}>
              <time>{each.ts_us ? new Date(each.ts_us / 1000).toLocaleTimeString() : ""}</time>{" "}
              {robotId === null && each.robot_id && <b>{each.robot_id} </b>}
              {eventWords(each)}
            </li>
          ))}
        </ul>
      </div>
    </Card>
  );
}
