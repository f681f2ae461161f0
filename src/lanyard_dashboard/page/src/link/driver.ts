// Drives one robot. It moves while the stick or a key is held and comes to rest when they are let go,
// when the window loses the focus, and when the page is hidden, which also gives the robot back.

import { signal } from "@preact/signals";
import { CENTRE, type Push, type Speed, speedOf, topSpeeds } from "../model/stick.js";
import { type CommandStream, type Gateway, type Limits, wordsOf } from "./session.js";

const DEADMAN_MS = 500; // a velocity ends by itself when this page stops saying it
const AGAIN_MS = 100;

export interface Driving {
  robotId: string;
  isArmed: boolean;
  isAsking: boolean;
  words: string;
  limits: Limits | null;
  roundTripMs: number | null;
  worstRoundTripMs: number;
  refused: number;
  interruptions: number;
}

class Driver {
  readonly state = signal<Driving | null>(null);
  readonly trouble = signal("");
  readonly asked = signal<Speed>({ linear: 0, angular: 0 }); // what is sent now
  readonly share = signal(0.3); // of the speed that is allowed
  #stream: CommandStream | null = null;
  #robotId = "";
  #isAsking = false;
  #push = CENTRE;
  #beat: ReturnType<typeof setInterval> | undefined;

  constructor() {
    addEventListener("blur", () => this.push(CENTRE));
    addEventListener("pagehide", () => void this.release());
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) void this.release();
    });
  }

  // Take command of a robot; `clearSafeStop` clears a stop that stands.
  async take(gateway: Gateway, robotId: string, options: { clearSafeStop: boolean }): Promise<void> {
    await this.release();
    this.trouble.value = "";
    const stream = gateway.commandStream(robotId, { ...options, onChange: () => this.#show() });
    this.#stream = stream;
    this.#robotId = robotId;
    this.#isAsking = true;
    this.#show();
    try {
      await stream.open();
      this.#beat = setInterval(() => this.#steer(), AGAIN_MS);
    } catch (error) {
      if (this.#stream === stream) this.#stream = null;
      this.trouble.value = wordsOf(error);
    }
    this.#isAsking = false;
    this.#show();
  }

  // Arm once more, after a stop or a lost connection.
  async armAgain(): Promise<void> {
    this.trouble.value = "";
    this.#isAsking = true;
    this.#show();
    try {
      await this.#stream?.arm({ clearSafeStop: true });
    } catch (error) {
      this.trouble.value = wordsOf(error);
    }
    this.#isAsking = false;
    this.#show();
  }

  // Bring the robot to rest and give it back.
  async release(): Promise<void> {
    this.push(CENTRE);
    const stream = this.#stream;
    this.#stream = null;
    clearInterval(this.#beat);
    this.#show();
    await stream?.close();
  }

  // Hold the stick there, until the next push.
  push(push: Push): void {
    this.#push = push;
    this.#steer();
  }

  // Stop the robot, latched, over the stream; nothing when there is none that could.
  stop(reason: string): void {
    this.push(CENTRE);
    try {
      this.#stream?.stop(reason);
    } catch {
      // Not connected now: the stop by request is on its way.
    }
  }

  #steer(): void {
    const stream = this.#stream;
    const isArmed = stream?.armed ?? false;
    if (!isArmed) this.#push = CENTRE; // what was held before arming moves nothing after it
    const speed = speedOf(this.#push, topSpeeds(stream?.limits ?? null, this.share.value));
    this.asked.value = speed;
    if (isArmed) stream!.drive(speed.linear, speed.angular, { forMs: DEADMAN_MS });
  }

  #show(): void {
    const stream = this.#stream;
    const figures = stream?.figures;
    this.state.value = stream && {
      robotId: this.#robotId,
      isArmed: stream.armed,
      isAsking: this.#isAsking && !stream.armed,
      words: this.#words(stream),
      limits: stream.limits,
      roundTripMs: figures?.roundTripMs ?? null,
      worstRoundTripMs: figures?.worstRoundTripMs ?? 0,
      refused: figures?.refused ?? 0,
      interruptions: figures?.interruptions ?? 0,
    };
  }

  #words(stream: CommandStream): string {
    if (stream.armed) return "Armed: hold the stick to move.";
    return this.#isAsking ? "Asking for the robot …" : `Not armed: ${stream.trouble}`;
  }
}

export const driver = new Driver();
