// A form from the JSON schema of a task type's parameters, and back: fields, and what they say.

import type { Schema } from "./types.js";

export interface Field {
  path: string; // such as pick.x_m
  label: string;
  hint: string;
  kind: "number" | "integer" | "text" | "choice" | "yesno" | "json";
  isRequired: boolean;
  preset: string;
  choices: unknown[];
  rules: { min?: number; max?: number; step: string; minLength?: number; maxLength?: number };
}

const SIMPLE: Record<string, Field["kind"]> = { number: "number", integer: "integer", string: "text", boolean: "yesno" };

export function fieldsOf(schema: Schema, prefix = "", isWanted = true): Field[] {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const path = prefix + name;
    const isRequired = isWanted && required.has(name);
    if (child.type === "object" && child.properties) return fieldsOf(child, `${path}.`, isRequired);
    return [field(path, child, isRequired)];
  });
}

function field(path: string, schema: Schema, isRequired: boolean): Field {
  const kind = schema.enum ? "choice" : SIMPLE[schema.type ?? ""] ?? "json";
  const preset = schema.default;
  return {
    path,
    label: labelOf(path, schema),
    hint: schema.description ?? "",
    kind,
    isRequired,
    preset: preset === undefined ? "" : kind === "json" ? JSON.stringify(preset) : String(preset),
    choices: schema.enum ?? [],
    rules: {
      min: schema.minimum ?? schema.exclusiveMinimum,
      max: schema.maximum ?? schema.exclusiveMaximum,
      step: kind === "integer" ? "1" : "any",
      minLength: schema.minLength,
      maxLength: schema.maxLength,
    },
  };
}

const UNITS: Record<string, string> = { m: "m", s: "s", n: "N", rad: "rad", mps: "m/s", kg: "kg" };

// `pick.speed_mps` is "pick speed (m/s)".
function labelOf(path: string, schema: Schema): string {
  if (schema.title) return schema.title;
  const words = path.replaceAll(".", " ").split(/[_ ]/);
  const unit = words.length > 1 ? UNITS[words.at(-1)!] : undefined;
  return unit ? `${words.slice(0, -1).join(" ")} (${unit})` : words.join(" ");
}

// Parameters from what was typed; an empty field is left out. Throws with a sentence for people.
export function parametersOf(fields: readonly Field[], typed: Record<string, string>): Record<string, unknown> {
  const parameters: Record<string, unknown> = {};
  for (const each of fields) {
    const text = (typed[each.path] ?? "").trim();
    if (text === "" && each.isRequired) throw new Error(`${each.label} is needed`);
    if (text !== "") put(parameters, each.path.split("."), valueOf(each, text));
  }
  return parameters;
}

function valueOf({ kind, label, choices }: Field, text: string): unknown {
  if (kind === "yesno") return text === "true";
  if (kind === "choice") return choices.find((each) => String(each) === text);
  if (kind === "text") return text;
  if (kind === "json") {
    try {
      return JSON.parse(text);
    } catch {
      throw new Error(`${label} must be JSON, such as [] or {}`);
    }
  }
  const value = Number(text);
  if (!Number.isFinite(value)) throw new Error(`${label} must be a number`);
  if (kind === "integer" && !Number.isInteger(value)) throw new Error(`${label} must be a whole number`);
  return value;
}

function put(into: Record<string, unknown>, [name, ...rest]: string[], value: unknown): void {
  if (name === undefined) return;
  if (rest.length === 0) into[name] = value;
  else put((into[name] ??= {}) as Record<string, unknown>, rest, value);
}
