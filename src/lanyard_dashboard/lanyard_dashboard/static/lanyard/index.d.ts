// Types of the JavaScript client, for pages and programs in TypeScript. What each thing means is said
// in index.js and in the modules that it is made of.

export interface EndpointOptions {
  url?: string;
  key: string | null;
  WebSocket?: unknown;
  fetch?: typeof fetch;
  tickets?: boolean;
}

export interface TaskWish {
  robotId: string;
  parameters?: Record<string, unknown>;
  priority?: number;
  timeoutS?: number;
  idempotencyKey?: string;
}

export interface TaskFilter {
  status?: string;
  robotId?: string;
  taskType?: string;
  limit?: number;
}

export interface StreamOptions {
  rateHz?: number;
  clearSafeStop?: boolean;
  onChange?: (stream: CommandStream) => void;
}

export interface Figures {
  sent: number;
  applied: number;
  refused: number;
  interruptions: number;
  roundTripMs: number | null;
  worstRoundTripMs: number;
}

export interface Limits {
  max_linear_m_s: number;
  max_angular_rad_s: number;
}

export class CommandStream {
  readonly armed: boolean;
  readonly state: Record<string, unknown> | null;
  readonly figures: Figures | null;
  readonly limits: Limits | null;
  readonly trouble: string;
  open(): Promise<this>;
  arm(options?: { clearSafeStop?: boolean; timeoutMs?: number }): Promise<void>;
  drive(linear?: number, angular?: number, options?: { forMs?: number | null }): void;
  hold(ms: number): Promise<void>;
  stop(reason?: string): void;
  close(): Promise<void>;
}

// Frames of the telemetry and event channels, and the gateway's objects, are as its AsyncAPI and
// OpenAPI documents say; the caller names the types that it reads them as.
export class Lanyard {
  constructor(options: EndpointOptions);
  submitTask<T>(taskType: string, wish: TaskWish): Promise<T>;
  task<T>(taskId: string): Promise<T>;
  tasks<T>(filter?: TaskFilter): Promise<T[]>;
  cancelTask<T>(taskId: string, reason?: string): Promise<T>;
  pauseTask<T>(taskId: string): Promise<T>;
  resumeTask<T>(taskId: string): Promise<T>;
  taskTypes<T>(): Promise<T[]>;
  watchTask<T>(taskId: string, options?: { signal?: AbortSignal }): AsyncGenerator<T>;
  waitForTask<T>(taskId: string, options?: { signal?: AbortSignal }): Promise<T>;
  robots<T>(): Promise<T[]>;
  robotStatus<T>(robotId: string): Promise<T>;
  stop<T>(robotId: string, reason?: string): Promise<T>;
  reset<T>(robotId: string): Promise<T>;
  commandStream(robotId: string, options?: StreamOptions): CommandStream;
  telemetry<T>(robots?: string[], options?: {
    fields?: string[];
    rateHz?: number;
    signal?: AbortSignal;
    onRoundTrip?: (ms: number) => void;
  }): AsyncGenerator<T>;
  events<T>(options?: {
    since?: string | null;
    types?: string[];
    robots?: string[];
    tasks?: string[];
    signal?: AbortSignal;
  }): AsyncGenerator<T>;
  whoami<T>(): Promise<T>;
  rosbridgeUrl(): Promise<string>;
}

export class LanyardError extends Error {
  code: string;
}
export class Unreachable extends LanyardError {}
export class RequestFailed extends LanyardError {
  status: number;
  problem: Record<string, unknown>;
}
export class ConnectionLost extends LanyardError {
  closeCode: number;
}
export class LeaseHeld extends LanyardError {
  holder: string;
}
export class NotArmed extends LanyardError {}
export function isFinal(error: unknown): boolean;
