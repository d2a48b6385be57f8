import { KalendsError } from "@kalends/model";
import type { GoogleState } from "./google-state.ts";
import { emptyAnswer, type GoogleRequest } from "./answer.ts";
import { answerRequest } from "./answer-request.ts";

/** What a person chooses on the consent page. */
export interface ConsentChoice {
  /** Address of the account. */
  user: string;
  /** Ticks that stay. Default: all that were asked for. */
  scopes?: readonly string[];
  /** Presses Cancel. */
  deny?: boolean;
}

/** Opens the page, chooses, and sends the form: everything but the browser. */
export function consentTo(state: GoogleState, authorizationUrl: string, choice: ConsentChoice): string {
  const url = new URL(authorizationUrl);
  const request: GoogleRequest = { method: "GET", path: url.pathname, query: url.searchParams, headers: new Map(), body: "" };
  const opened = answerRequest(state, request);
  const scopes = choice.scopes ?? (url.searchParams.get("scope") ?? "").split(/\s+/);
  const form = new URLSearchParams({ user: choice.user.toLowerCase(), decision: choice.deny === true ? "deny" : "allow" });
  for (const scope of scopes) form.append("scope", scope);
  const sent = opened.status === 200 ? answerRequest(state, { ...request, method: "POST", body: form.toString() }) : opened;
  const { location } = { ...emptyAnswer(sent.status), ...sent }.headers;
  if (location === undefined) throw new KalendsError("invalid-argument", "The authorization address was refused on the page itself; the client would never hear of it");
  return location;
}
