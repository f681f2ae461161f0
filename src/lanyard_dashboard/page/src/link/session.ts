// The page's gateway: the place that the page came from, with the key that the operator gave. The key
// is never put into a URL that is sent: it comes in the page's fragment, which stays here.

import { signal } from "@preact/signals";
import { Lanyard, RequestFailed, isFinal } from "../../../lanyard_dashboard/static/lanyard/index.js";
import { sleep } from "../../../lanyard_dashboard/static/lanyard/redial.js";
import type { Who } from "../model/types.js";

export { LeaseHeld, RequestFailed, isFinal } from "../../../lanyard_dashboard/static/lanyard/index.js";
export type { CommandStream, Limits } from "../../../lanyard_dashboard/static/lanyard/index.js";
export type Gateway = Lanyard;

const KEY = "lanyard.key";
const AGAIN_MS = 2000;

// Null until the operator has given a key that the gateway knows.
export const gateway = signal<Lanyard | null>(null);
export const who = signal<Who | null>(null);
export const loginTrouble = signal<string | null>(null); // null: no key is asked for
export const openingTrouble = signal("");

export const may = (scope: string): boolean => who.value?.scopes.includes(scope) ?? false;

// Take the key out of the address, where `make demo` puts it, before anything else sees it.
export function takeKey(): void {
  const given = new URLSearchParams(location.hash.slice(1)).get("key");
  if (!given) return;
  sessionStorage.setItem(KEY, given);
  history.replaceState(null, "", location.pathname);
}

// Connect with the key of this tab; ask for one when there is none, or none that is known. While no
// gateway answers, try again.
export async function enter(): Promise<void> {
  const key = sessionStorage.getItem(KEY);
  if (!key) {
    loginTrouble.value = "";
    return;
  }
  try {
    const found = new Lanyard({ key });
    who.value = await found.whoami<Who>();
    loginTrouble.value = null;
    gateway.value = found;
  } catch (error) {
    openingTrouble.value = wordsOf(error);
    if (!isRefused(error)) return void setTimeout(() => void enter(), AGAIN_MS);
    sessionStorage.removeItem(KEY);
    loginTrouble.value = wordsOf(error);
  }
}

const isRefused = (error: unknown): boolean =>
  error instanceof RequestFailed ? [401, 403].includes(error.status) : (error as { code?: string }).code === "bad_key";

export async function enterWith(key: string): Promise<void> {
  sessionStorage.setItem(KEY, key.trim());
  await enter();
}

export function leave(): void {
  sessionStorage.removeItem(KEY);
  location.reload();
}

export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

// Hand on what an endless iterator gives until the signal ends it. It is begun anew when it failed
// for a reason that may pass; `onTrouble` hears of those, and of the one that ends it.
export async function follow<T>(
  begin: () => AsyncIterable<T>, onItem: (item: T) => void, onTrouble: (words: string) => void, ended: AbortSignal,
): Promise<void> {
  while (!ended.aborted) {
    try {
      for await (const item of begin()) onItem(item);
    } catch (error) {
      if (ended.aborted) return;
      onTrouble(wordsOf(error));
      if (isFinal(error)) return;
      await sleep(AGAIN_MS, ended);
    }
  }
}
