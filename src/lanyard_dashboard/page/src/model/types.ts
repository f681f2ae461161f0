// What the gateway tells, as far as the page reads it (see its OpenAPI and AsyncAPI documents).

export type SafetyWord = "ready" | "active" | "safe_stop" | "halted" | "fault" | "unknown";
export interface Vector { x: number; y: number; z: number }
export interface Rotation extends Vector { w: number }
export interface Pose { frame_id: string; position: Vector; orientation: Rotation }

export interface Safety {
  state: SafetyWord;
  reason: string;
  causes: string[];
  since_us: number | null;
  at_rest: boolean;
  speed_cap_mps: number | null;
  holder: string;
}

export interface JointState {
  name: string[];
  position: (number | null)[];
  velocity: (number | null)[];
  effort: (number | null)[];
  temperature_c: (number | null)[];
}

export interface Battery {
  percent: number | null;
  voltage_v: number | null;
  current_a: number | null;
  temperature_c: number | null;
  charging: boolean;
}

export interface Camera {
  id: string;
  frame_id: string;
  width: number;
  height: number;
  encoding: string | null;
  fps: number | null;
  topic: string;
  info_ok: boolean;
}

export interface RobotError { code: string; level: string; message: string; hint: string; source: string }
export interface CurrentTask {
  task_id: string;
  task_type?: string;
  status: string;
  phase: string | null;
  progress: number | null;
}

// A sample of a robot. A part that was never heard is null and has no age.
export interface Sample {
  seq: number;
  dropped: number;
  robot_id: string;
  online: boolean;
  joint_state?: JointState | null;
  ee_pose?: Pose | null;
  pose?: (Pose & { localized: boolean }) | null;
  twist?: { linear: Vector; angular: Vector } | null;
  battery?: Battery | null;
  cameras?: Camera[];
  errors?: RobotError[];
  task?: CurrentTask | null;
  safety?: Safety | null;
  ages_ms: Record<string, number>;
}

export interface RobotEvent {
  id: string | null;
  type: string;
  ts_us?: number;
  robot_id?: string | null;
  task_id?: string | null;
  data: Record<string, unknown>;
}

export interface Task {
  task_id: string;
  task_type: string;
  robot_id: string;
  assigned_robot_id: string | null;
  status: string;
  phase: string | null;
  cancellable: boolean;
  pausable: boolean;
  priority: number;
  progress: number | null;
  position: number | null;
  hold_reason: string | null;
  stale: boolean;
  created_at: string;
  error: { code: string; message: string } | null;
}

// The part of JSON Schema that task types use.
export interface Schema {
  type?: string;
  title?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  maxLength?: number;
}

export interface TaskType {
  task_type: string;
  title: string;
  description: string;
  parameters_schema: Schema;
  phases: { name: string; cancellable: boolean }[];
}

export interface Who { key_id: string; role: string; scopes: string[] }
