import { emptyAnswer, pageAnswer, type Answer, type GoogleRequest } from "../answer.ts";
import type { GoogleState } from "../google-state.ts";
import { escapeHtml, page } from "./consent-page.ts";

/** The page on which a person takes a program's access back, as at myaccount.google.com/connections. */
export function answerConnections(state: GoogleState, request: GoogleRequest): Answer {
  if (request.method === "POST") {
    const form = new URLSearchParams(request.body);
    const grant = state.tokens.grantOf(form.get("client") ?? "", form.get("user") ?? "");
    if (grant) grant.alive = false;
    return emptyAnswer(303, { location: "/connections" });
  }
  const rows: string[] = [];
  for (const user of state.users.values()) {
    for (const grant of state.tokens.grantsOf(user.email)) {
      const client = state.clients.get(grant.clientId);
      rows.push(`<form method="post"><fieldset><legend>${escapeHtml(user.name)} <small>${escapeHtml(user.email)}</small></legend>
<label>${escapeHtml(client?.name ?? grant.clientId)}</label>
<input type="hidden" name="client" value="${escapeHtml(grant.clientId)}"><input type="hidden" name="user" value="${escapeHtml(user.email)}">
<div class="buttons"><button class="main">Remove access</button></div></fieldset></form>`);
    }
  }
  return pageAnswer(200, page("Programs with access", rows.join("\n") || "<p>No program has access.</p>"));
}
