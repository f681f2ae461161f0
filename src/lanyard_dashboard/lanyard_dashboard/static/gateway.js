// Talks to the gateway: REST with the API key, and the telemetry socket with back-off.
// The key is never put into a URL that is sent: it comes in the page's fragment, which stays here.

const KEY = "lanyard.key";
const BACKOFF_S = [1, 2, 4, 8];

export function takeKey() {
  const given = new URLSearchParams(location.hash.slice(1)).get("key");
  if (given) {
    sessionStorage.setItem(KEY, given);
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem(KEY);
}

export function keepKey(key) {
  if (key) sessionStorage.setItem(KEY, key);
  else sessionStorage.removeItem(KEY);
}

// Answers the body; throws an Error whose message a person understands.
export async function call(method, path, body) {
  const response = await fetch(`/api/v1${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${sessionStorage.getItem(KEY)}`,
      ...(body ? { "Content-Type": "application/json" } : {}),
    },
    body: body && JSON.stringify(body),
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    const error = new Error(answer.detail || `the gateway answered ${response.status}`);
    error.status = response.status;
    throw error;
  }
  return answer;
}

// Follows one robot's telemetry until the returned function is called.
export function follow(robotId, onFrame) {
  let socket;
  let timer;
  let ended = false;
  let tries = 0;

  function open() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(
      `${scheme}://${location.host}/ws/telemetry/${encodeURIComponent(robotId)}`,
      ["lanyard.telemetry.v1+json", `lanyard.bearer.${sessionStorage.getItem(KEY)}`],
    );
    socket.onmessage = (event) => {
      tries = 0;
      const frame = JSON.parse(event.data);
      if (frame.t === "tlm") onFrame(frame);
    };
    socket.onclose = () => {
      if (ended) return;
      const wait = BACKOFF_S[Math.min(tries++, BACKOFF_S.length - 1)];
      timer = setTimeout(open, wait * 1000 * (0.8 + 0.4 * Math.random()));
    };
  }

  open();
  return () => {
    ended = true;
    clearTimeout(timer);
    socket.close();
  };
}
