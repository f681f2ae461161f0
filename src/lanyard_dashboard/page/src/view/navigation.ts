// Which view and robot are shown, as the address says.

import { computed, effect, signal } from "@preact/signals";
import { chosenId, robotIds } from "../link/robots.js";
import { type View, addressOf, routeOf } from "../model/route.js";

export const route = signal(routeOf(location.hash));

addEventListener("hashchange", () => { route.value = routeOf(location.hash); });

// The robot in the address, else the one that was looked at last, else the first.
effect(() => {
  const wanted = route.value.robotId ?? chosenId.peek() ?? robotIds.value[0] ?? null;
  const known = robotIds.value;
  chosenId.value = wanted !== null && known.length > 0 && !known.includes(wanted) ? known[0]! : wanted;
});

export const isWholeFleet = computed(() => route.value.view === "fleet");
export const linkTo = (view: View): string => addressOf(view, view === "fleet" ? null : chosenId.value);

export function choose(id: string): void {
  const { view } = route.value;
  location.hash = addressOf(view === "fleet" ? "robot" : view, id);
}
