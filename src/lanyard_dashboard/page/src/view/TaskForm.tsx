// A new task: its fields are those of the schema that its type announces.

import { useEffect, useState } from "preact/hooks";
import { chosenId } from "../link/robots.js";
import { gateway, wordsOf } from "../link/session.js";
import { type Field, fieldsOf, parametersOf } from "../model/schemaForm.js";
import type { TaskType } from "../model/types.js";
import { Card } from "./parts.js";

interface Told { words: string; isError: boolean }

export function TaskForm({ onDone }: { onDone: () => void }) {
  const [types, trouble] = useTaskTypes();
  const [picked, pick] = useState("");
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [priority, setPriority] = useState(1);
  const [told, setTold] = useState<Told>({ words: "", isError: false });
  const chosen = types.find((each) => each.task_type === picked) ?? types[0];
  const fields = chosen ? fieldsOf(chosen.parameters_schema) : [];
  const textOf = (field: Field) => typed[field.path] ?? field.preset;
  const send = async (event: Event) => {
    event.preventDefault();
    setTold(await submit(chosen!.task_type, fields, textOf, priority));
    onDone();
  };
  const choose = (name: string) => {
    pick(name);
    setTyped({});
  };
  return (
    <Card title="New task">
      <form class="task-form" onSubmit={(event) => void send(event)}>
        <TypeChoice types={types} name={chosen?.task_type ?? ""} onPick={choose} />
        <p class="hint">{chosen?.description}</p>
        {fields.map((each) => (
          <FieldInput key={`${chosen!.task_type}.${each.path}`} field={each} text={textOf(each)}
            onText={(text) => setTyped({ ...typed, [each.path]: text })} />
        ))}
        <PriorityChoice value={priority} onValue={setPriority} />
        <button class="primary" disabled={!chosen || chosenId.value === null}>Send to {chosenId.value}</button>
        <p role="status" class={told.isError || trouble ? "error" : "hint"} data-testid="submitted">
          {trouble || told.words}
        </p>
      </form>
    </Card>
  );
}

// The task types that the gateway has, and why they are not known.
function useTaskTypes(): [TaskType[], string] {
  const [types, setTypes] = useState<TaskType[]>([]);
  const [trouble, setTrouble] = useState("");
  useEffect(() => {
    const fail = (error: unknown) => setTrouble(`task types are not known: ${wordsOf(error)}`);
    gateway.value!.taskTypes<TaskType>().then(setTypes, fail);
  }, []);
  return [types, trouble];
}

type TextOf = (field: Field) => string;

async function submit(name: string, fields: Field[], textOf: TextOf, priority: number): Promise<Told> {
  try {
    const texts = Object.fromEntries(fields.map((each) => [each.path, textOf(each)]));
    const wish = { robotId: chosenId.value!, parameters: parametersOf(fields, texts), priority };
    const { task_id } = await gateway.value!.submitTask<{ task_id: string }>(name, wish);
    return { words: `Taken in as …${task_id.slice(-6)}`, isError: false };
  } catch (error) {
    return { words: wordsOf(error), isError: true };
  }
}

interface TypeProps { types: readonly TaskType[]; name: string; onPick: (name: string) => void }

function TypeChoice({ types, name, onPick }: TypeProps) {
  return (
    <label>
      Type
      <select name="task_type" value={name} onChange={(event) => onPick(event.currentTarget.value)}>
        {types.map((each) => <option key={each.task_type} value={each.task_type}>{each.title}</option>)}
      </select>
    </label>
  );
}

function PriorityChoice({ value, onValue }: { value: number; onValue: (value: number) => void }) {
  return (
    <label>
      Priority (0 to 9, higher first)
      <input type="number" min={0} max={9} step={1} value={value}
        onInput={(event) => onValue(event.currentTarget.valueAsNumber || 0)} />
    </label>
  );
}

interface InputProps { field: Field; text: string; onText: (text: string) => void }

function FieldInput({ field, text, onText }: InputProps) {
  const hintId = `hint-${field.path}`;
  const common = { name: field.path, required: field.isRequired, "aria-describedby": hintId };
  return (
    <div class="field">
      <label>
        <span>{field.label}{field.isRequired && <span aria-hidden="true"> *</span>}</span>
        {field.kind === "choice" || field.kind === "yesno" ? (
          <select {...common} value={text} onChange={(event) => onText(event.currentTarget.value)}>
            {!field.isRequired && <option value="">left out</option>}
            {(field.kind === "yesno" ? ["true", "false"] : field.choices).map((each) => (
              <option key={String(each)} value={String(each)}>{String(each)}</option>
            ))}
          </select>
        ) : field.kind === "json" ? (
          <textarea {...common} rows={3} value={text} onInput={(event) => onText(event.currentTarget.value)} />
        ) : field.kind === "text" ? (
          <input {...common} minLength={field.rules.minLength} maxLength={field.rules.maxLength} value={text}
            onInput={(event) => onText(event.currentTarget.value)} />
        ) : (
          <input {...common} type="number" min={field.rules.min} max={field.rules.max} step={field.rules.step} value={text}
            onInput={(event) => onText(event.currentTarget.value)} />
        )}
      </label>
      <small class="hint" id={hintId}>{field.hint}{field.kind === "json" && " (JSON)"}</small>
    </div>
  );
}
