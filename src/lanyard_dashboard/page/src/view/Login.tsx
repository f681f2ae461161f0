// Asks for the API key.

import { useState } from "preact/hooks";
import { enterWith, loginTrouble } from "../link/session.js";

export function Login() {
  const [key, setKey] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    void enterWith(key);
  };
  return (
    <main class="login">
      <form class="card" onSubmit={submit}>
        <h1><img src="icon.svg" alt="" width="28" height="28" /> Lanyard</h1>
        <label for="key">API key</label>
        <input id="key" type="password" autocomplete="off" placeholder="lyd_…" aria-describedby="key-hint"
          value={key} onInput={(event) => setKey(event.currentTarget.value)} />
        <p id="key-hint" class="hint">
          The one that <code>make demo</code> printed, or one made with <code>lanyard keys create</code>. It stays in this tab.
        </p>
        <p class="error" role="alert">{loginTrouble.value}</p>
        <button class="primary">Open</button>
      </form>
    </main>
  );
}
