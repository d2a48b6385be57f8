import type { IncomingMessage, ServerResponse } from "node:http";

/** Whom somebody wants to connect, and to what. */
export interface ConnectWish {
  personId: string;
  provider: string;
  /** The connection to mend in place, or `null` for a new one. */
  connectionId: string | null;
}

/** Where people connect their calendars. The page sends them there and gets them back; see `kalends-desk.ts`. */
export interface ConnectDesk {
  /** Everything below this path is the desk's to answer, such as `/calendars/`. */
  readonly path: string;
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Where to send the browser, and the cookie that says who sits in front of it. */
  begin(wish: ConnectWish): { address: string; cookie: string };
}

const longestBody = 4_096;

/** Reads a wish from the page. `null` for what is none. */
export async function readWish(request: IncomingMessage): Promise<ConnectWish | null> {
  let text = "";
  for await (const chunk of request as AsyncIterable<Buffer>) {
    text += chunk.toString("utf8");
    if (text.length > longestBody) return null;
  }
  try {
    const { personId, provider, connectionId } = JSON.parse(text) as Record<string, unknown>;
    if (typeof personId !== "string" || typeof provider !== "string") return null;
    return { personId, provider, connectionId: typeof connectionId === "string" ? connectionId : null };
  } catch {
    return null;
  }
}
