// Drives the chosen robot with a pad of buttons, or the arrow keys: it moves while one is held, and
// comes to rest when it is let go, when the pointer leaves it, and when the page is not looked at.

const DIRECTIONS = { forward: [1, 0], back: [-1, 0], left: [0, 1], right: [0, -1] };
const KEYS = { ArrowUp: "forward", ArrowDown: "back", ArrowLeft: "left", ArrowRight: "right" };
const TOP_LINEAR_MPS = 0.4;
const TOP_ANGULAR_RADPS = 1.0;
const DEADMAN_MS = 500; // a velocity ends by itself when this page stops saying it
const AGAIN_MS = 100;

export class DrivePad {
  #elements;
  #held = new Set();
  #stream = null;
  #beat = null;

  // `elements`: take, release, share, status, and the pad whose buttons have data-direction.
  constructor(elements) {
    this.#elements = elements;
    for (const button of elements.pad.querySelectorAll("[data-direction]")) {
      const { direction } = button.dataset;
      button.addEventListener("pointerdown", () => this.#hold(direction));
      for (const end of ["pointerup", "pointerleave", "pointercancel"]) {
        button.addEventListener(end, () => this.#letGo(direction));
      }
    }
    addEventListener("keydown", (event) => this.#key(event, (direction) => this.#hold(direction)));
    addEventListener("keyup", (event) => this.#key(event, (direction) => this.#letGo(direction)));
    addEventListener("blur", () => this.#letGoOfAll());
    this.show();
  }

  get driving() {
    return this.#stream !== null;
  }

  // Take command of a robot; `clearSafeStop` clears a stop that stands.
  async take(gateway, robotId, { clearSafeStop }) {
    await this.release();
    const stream = gateway.commandStream(robotId, { clearSafeStop, onChange: () => this.show() });
    this.#stream = stream;
    this.show("asking for the robot");
    try {
      await stream.open();
      this.#beat = setInterval(() => this.#steer(), AGAIN_MS);
      this.show();
    } catch (error) {
      this.#stream = null;
      this.show();
      throw error;
    }
  }

  // Bring the robot to rest and give it back.
  async release() {
    const stream = this.#stream;
    this.#stream = null;
    clearInterval(this.#beat);
    this.#letGoOfAll();
    this.show();
    await stream?.close();
  }

  // Stop the robot, latched, over the stream; false when there is none that could.
  stop(reason) {
    try {
      this.#stream.stop(reason);
      return true;
    } catch {
      return false;
    }
  }

  show(words) {
    const { take, release, pad, status } = this.#elements;
    const stream = this.#stream;
    take.hidden = stream?.armed ?? false;
    take.textContent = stream ? "Arm again" : "Take command";
    release.hidden = stream === null;
    pad.classList.toggle("armed", stream?.armed ?? false);
    const figures = stream?.figures;
    const link = figures?.roundTripMs == null ? "" : `, ${figures.roundTripMs.toFixed(1)} ms there and back`;
    status.textContent = words ?? (stream ? (stream.armed ? `armed${link}` : `not armed: ${stream.trouble}`) : "");
  }

  async armAgain() {
    await this.#stream.arm({ clearSafeStop: true });
  }

  #key(event, act) {
    const direction = KEYS[event.key];
    if (!direction || !this.driving || ["INPUT", "SELECT"].includes(event.target.tagName)) return;
    event.preventDefault();
    act(direction);
  }

  #hold(direction) {
    this.#held.add(direction);
    this.#steer();
  }

  #letGo(direction) {
    if (this.#held.delete(direction)) this.#steer();
  }

  #letGoOfAll() {
    this.#held.clear();
    this.#steer();
  }

  #steer() {
    for (const button of this.#elements.pad.querySelectorAll("[data-direction]")) {
      button.classList.toggle("held", this.#held.has(button.dataset.direction));
    }
    if (!this.#stream?.armed) return this.#held.clear();
    const [forward, turn] = [...this.#held].map((name) => DIRECTIONS[name])
      .reduce((sum, each) => [sum[0] + each[0], sum[1] + each[1]], [0, 0]);
    const share = this.#elements.share.valueAsNumber / 100;
    this.#stream.drive(forward * TOP_LINEAR_MPS * share, turn * TOP_ANGULAR_RADPS * share, { forMs: DEADMAN_MS });
    return undefined;
  }
}
