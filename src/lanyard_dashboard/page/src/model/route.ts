// Which view is shown: it stands in the address behind the #, so that it can be kept and gone back to.

export type View = "fleet" | "robot" | "tasks" | "drive";
export interface Route { view: View; robotId: string | null }

export const VIEWS: readonly View[] = ["fleet", "robot", "tasks", "drive"];

export function routeOf(hash: string): Route {
  const [, view, robot] = /^#\/([a-z]+)(?:\/([^/?#]+))?$/.exec(hash) ?? [];
  if (!VIEWS.includes(view as View)) return { view: "fleet", robotId: null };
  return { view: view as View, robotId: robot === undefined ? null : decoded(robot) };
}

export const addressOf = (view: View, robotId: string | null): string =>
  `#/${view}${robotId === null ? "" : `/${encodeURIComponent(robotId)}`}`;

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
