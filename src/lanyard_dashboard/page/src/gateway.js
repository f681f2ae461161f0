// The page's gateway: the place that the page came from, with the key that the operator gave. The
// key is never put into a URL that is sent: it comes in the page's fragment, which stays here.

import { Lanyard } from "../../lanyard_dashboard/static/lanyard/index.js";
import { isFinal } from "../../lanyard_dashboard/static/lanyard/errors.js";

const KEY = "lanyard.key";
const ANEW_MS = 2000;

export function takeKey() {
  const given = new URLSearchParams(location.hash.slice(1)).get("key");
  if (given) {
    sessionStorage.setItem(KEY, given);
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem(KEY);
}

export function keepKey(key) {
  if (key) sessionStorage.setItem(KEY, key);
  else sessionStorage.removeItem(KEY);
}

// Throws when the key is none.
export const connect = () => new Lanyard({ key: sessionStorage.getItem(KEY) });

// Hands on what an endless iterator gives until the returned function is called. `begin(signal)`
// makes the iterator, anew when it failed for a reason that may pass; `onTrouble` hears of those.
export function follow(begin, onItem, onTrouble) {
  const ending = new AbortController();
  const { signal } = ending;
  (async () => {
    while (!signal.aborted) {
      try {
        for await (const item of begin(signal)) onItem(item);
      } catch (error) {
        onTrouble(error);
        if (isFinal(error)) return;
        await new Promise((resolve) => { setTimeout(resolve, ANEW_MS); });
      }
    }
  })();
  return () => ending.abort();
}
