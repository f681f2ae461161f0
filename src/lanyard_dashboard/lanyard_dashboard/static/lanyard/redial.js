// When to connect again: after 1, 2, 4, 8 s, then every 8 s, each up to a fifth shorter or longer,
// so that many clients of a gateway that restarts do not come back in the same instant. A link that
// held for ten seconds starts from one second again.

const STEPS_MS = [1000, 2000, 4000, 8000];
const JITTER = 0.2;
const RESET_AFTER_MS = 10_000;

export class Redial {
  #attempts = 0;
  #linkedAt = null;
  #clock;
  #draw;

  // `clock` (milliseconds, monotonic) and `draw` (0 to 1) are handed in by tests.
  constructor({ clock = () => performance.now(), draw = Math.random } = {}) {
    this.#clock = clock;
    this.#draw = draw;
  }

  // A connection was made now.
  linked() {
    this.#linkedAt = this.#clock();
  }

  // The connection, or an attempt at it, has failed now: milliseconds until the next attempt.
  nextWaitMs() {
    if (this.#linkedAt !== null && this.#clock() - this.#linkedAt >= RESET_AFTER_MS) this.#attempts = 0;
    this.#linkedAt = null;
    const step = STEPS_MS[Math.min(this.#attempts, STEPS_MS.length - 1)];
    this.#attempts += 1;
    return step * (1 + JITTER * (2 * this.#draw() - 1));
  }
}

// Resolves after so many milliseconds, or at once when the signal says that nobody waits any more.
export function sleep(ms, signal) {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done);
  });
}
