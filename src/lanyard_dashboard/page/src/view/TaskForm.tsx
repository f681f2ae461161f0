// A new task: its fields are those of the schema that its type announces.

import { useEffect, useState } from "preact/hooks";
import { chosenId } from "../link/robots.js";
import { gateway, wordsOf } from "../link/session.js";
import { type Field, fieldsOf, parametersOf } from "../model/schemaForm.js";
import type { TaskType } from "../model/types.js";
import { Card } from "./parts.js";

export function TaskForm({ onDone }: { onDone: () => void }) {
  const [types, setTypes] = useState<TaskType[]>([]);
  const [name, setName] = useState("");
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [priority, setPriority] = useState(1);
  const [told, setTold] = useState({ words: "", isError: false });
  useEffect(() => {
    gateway.value!.taskTypes<TaskType>().then(
      (found) => { setTypes(found); setName((now) => now || found[0]?.task_type || ""); },
      (error: unknown) => setTold({ words: `task types are not known: ${wordsOf(error)}`, isError: true }),
    );
  }, []);
  const chosen = types.find((each) => each.task_type === name);
  const fields = chosen ? fieldsOf(chosen.parameters_schema) : [];
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      const values = Object.fromEntries(fields.map((each) => [each.path, typed[each.path] ?? each.preset]));
      const parameters = parametersOf(fields, values);
      const answer = await gateway.value!.submitTask<{ task_id: string; position: number | null }>(
        name, { robotId: chosenId.value!, parameters, priority, idempotencyKey: crypto.randomUUID?.() ?? `page-${Date.now()}-${Math.random()}` },
      );
      setTold({ words: `Taken in as …${answer.task_id.slice(-6)}`, isError: false });
      onDone();
    } catch (error) {
      setTold({ words: wordsOf(error), isError: true });
    }
  };
  return (
    <Card title="New task">
      <form class="task-form" onSubmit={(event) => void submit(event)}>
        <label>Type
          <select name="task_type" value={name} onChange={(event) => { setName(event.currentTarget.value); setTyped({}); }}>
            {types.map((each) => <option key={each.task_type} value={each.task_type}>{each.title}</option>)}
          </select>
        </label>
        <p class="hint">{chosen?.description}</p>
        {fields.map((each) => (
          <FieldInput key={`${name}.${each.path}`} field={each} text={typed[each.path] ?? each.preset}
            onText={(text) => setTyped({ ...typed, [each.path]: text })} />
        ))}
        <label>Priority (0 to 9, higher first)
          <input type="number" min={0} max={9} step={1} value={priority} onInput={(event) => setPriority(event.currentTarget.valueAsNumber || 0)} />
        </label>
        <button class="primary" disabled={!chosen || chosenId.value === null}>Send to {chosenId.value}</button>
        <p role="status" class={told.isError ? "error" : "hint"} data-testid="submitted">{told.words}</p>
      </form>
    </Card>
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
