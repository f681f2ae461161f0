// Everything that the client throws on purpose. The message is for a person, `code` for a program.

export class LanyardError extends Error {
  constructor(message, code = "error") {
    super(message);
    this.name = new.target.name;
    this.code = code;
  }
}

// No connection to the gateway could be made.
export class Unreachable extends LanyardError {}

// The gateway refused or failed a request. `status` is the HTTP status, `problem` its document
// (RFC 9457).
export class RequestFailed extends LanyardError {
  constructor(status, problem) {
    const fields = (problem.errors ?? []).map((error) => `${error.field}: ${error.message}`);
    const detail = problem.detail || problem.title || `the gateway answered ${status}`;
    super(fields.length ? `${detail} [${fields.join("; ")}]` : detail, problem.code ?? `http_${status}`);
    this.status = status;
    this.problem = problem;
  }
}

// A socket ended while it was needed. `closeCode` is 1006 when nobody said goodbye.
export class ConnectionLost extends LanyardError {
  constructor(closeCode, reason) {
    super(`the connection ended: ${reason || "no goodbye"} (${closeCode})`, "connection_lost");
    this.closeCode = closeCode;
  }
}

// Somebody else commands the robot; `holder` is who.
export class LeaseHeld extends LanyardError {
  constructor(holder) {
    super(`${holder || "somebody else"} commands the robot; try again when it is free`, "lease_held");
    this.holder = holder;
  }
}

// The robot takes no motion from this stream: it was stopped, or was never armed.
export class NotArmed extends LanyardError {
  constructor(message) {
    super(message, "not_armed");
  }
}

const FINAL_CLOSE_CODES = new Set([4401, 4403, 4404]);
const FINAL_STATUSES = new Set([400, 401, 403, 404]);

// Whether trying again cannot help.
export function isFinal(error) {
  if (error instanceof RequestFailed) return FINAL_STATUSES.has(error.status);
  if (error instanceof ConnectionLost) return FINAL_CLOSE_CODES.has(error.closeCode);
  return !(error instanceof LanyardError);
}
