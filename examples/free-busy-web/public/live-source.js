/** Reads one answer of the server; throws an error with its remedy as message. */
export async function read(path, options = {}) {
  const response = await fetch(path, { headers: { accept: "application/json" }, cache: "no-store", ...options });
  const value = await response.json();
  if (!response.ok) throw new Error(value.error?.remedy ?? `The server answered ${response.status}`);
  return value;
}

/**
 * Listens to changes. `onLive` is called at every (re)connection, so that the page catches up on what it missed;
 * `onNews` for every change; `onLost` while the connection is down.
 */
export function listen({ onLive, onNews, onLost }) {
  const events = new EventSource("/api/events");
  events.addEventListener("live", onLive);
  events.addEventListener("news", (event) => onNews(JSON.parse(event.data)));
  events.addEventListener("error", onLost);
}

/** Asks where to connect, and goes there. */
export async function connect(personId, { provider, connectionId }) {
  const body = JSON.stringify({ personId, provider, connectionId });
  const { address } = await read("/api/connect", { method: "POST", body, headers: { "content-type": "application/json" } });
  location.assign(address);
}

/** What the address says of an attempt to connect that just ended, or `null`. */
export function outcomeOf(search) {
  const outcome = new URLSearchParams(search).get("connect");
  if (outcome === null) return null;
  if (outcome === "connected") return { state: "good", words: "Connected. The calendars are being read." };
  if (outcome === "consent-denied") return { state: "bad", words: "Not connected: access was not allowed. Nothing was changed." };
  return { state: "bad", words: "Not connected. Please try again; if it happens again, ask whoever runs this page." };
}
