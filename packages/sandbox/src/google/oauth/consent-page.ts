import type { UserState } from "../google-state.ts";
import type { AuthorizationRequest } from "./authorization-request.ts";
import { isIdentityScope, scopeWords } from "./scopes.ts";

const style = `
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; background: #f0f4f9; color: #1f1f1f; display: grid; place-items: center; min-height: 100vh }
main { background: #fff; border-radius: 16px; padding: 32px; width: min(480px, calc(100vw - 32px)); box-sizing: border-box }
h1 { font-size: 24px; font-weight: 500; margin: 0 0 4px } p.note { color: #5f6368; margin: 0 0 20px; font-size: 14px }
fieldset { border: 1px solid #dadce0; border-radius: 8px; margin: 0 0 16px; padding: 8px 16px 12px } legend { font-weight: 500; padding: 0 4px }
label { display: flex; gap: 12px; padding: 6px 0; align-items: baseline }
.buttons { display: flex; gap: 12px; justify-content: flex-end }
button { font: inherit; border-radius: 20px; padding: 8px 24px; border: 1px solid #747775; background: #fff; cursor: pointer }
button.main { background: #0b57d0; border-color: #0b57d0; color: #fff } small { color: #5f6368 }`;

/** The page that asks a person: which account, and what the program may do. It works without scripts. */
export function consentPage(request: AuthorizationRequest, users: readonly UserState[], chosen: string | null, action: string): string {
  const name = escapeHtml(request.client.name);
  const preset = users.some((user) => user.email === chosen) ? chosen : (users[0]?.email ?? null);
  const accounts = users.map((user) => {
    const checked = user.email === preset ? " checked" : "";
    return `<label><input type="radio" name="user" value="${escapeHtml(user.email)}"${checked}> <span>${escapeHtml(user.name)} <small>${escapeHtml(user.email)}</small></span></label>`;
  });
  const scopes = request.scopes
    .filter((scope) => !isIdentityScope(scope))
    .map((scope) => `<label><input type="checkbox" name="scope" value="${escapeHtml(scope)}" checked> <span>${escapeHtml(scopeWords(scope) ?? scope)}</span></label>`);
  return page(
    `${name} wants to access your account`,
    `<form method="post" action="${escapeHtml(action)}">
<fieldset><legend>Account</legend>${accounts.join("\n")}</fieldset>
<fieldset><legend>What ${name} may do</legend>${scopes.join("\n")}</fieldset>
<div class="buttons"><button name="decision" value="deny">Cancel</button><button class="main" name="decision" value="allow">Allow</button></div>
</form>`,
  );
}

/** What a person sees where the request cannot be answered to the program. */
export function errorPage(code: string, words: string): string {
  return page("Access blocked: this request is invalid", `<p>${escapeHtml(words)}</p><p>Error: <code>${escapeHtml(code)}</code></p>`);
}

/** A page of the sandbox. `title` and `body` are HTML. */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${style}</style></head>
<body><main><h1>${title}</h1><p class="note">Sandbox of Kalends in the place of Google. Nothing here leaves this machine.</p>
${body}
</main></body></html>
`;
}

export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}
