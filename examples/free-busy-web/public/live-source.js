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
