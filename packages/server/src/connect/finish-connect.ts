import { createHash } from "node:crypto";
import type { CompletedConnect } from "@kalends/core";
import { KalendsError, Secret, toKalendsError } from "@kalends/model";
import { redirect } from "../http/answers.ts";
import { onlyValue } from "../http/only-value.ts";
import type { Mount } from "../mount.ts";
import { forgetCookie, readAttemptCookie } from "./attempt-cookie.ts";

const longestState = 256;

/**
 * `GET /callback/{provider}`: the browser is back from the provider's page. Whatever comes out, it is sent on to an address without code and
 * state: back into the application, or to a page that says what happened.
 */
export async function finishConnect(mount: Mount, provider: string, request: Request): Promise<Response> {
  const { logger } = mount.options;
  const query = new URL(request.url).searchParams;
  const state = onlyValue(query, "state") ?? "";
  const attempt = createHash("sha256").update(state, "utf8").digest("hex");
  try {
    if (state === "" || state.length > longestState) throw nobodys();
    const completed = await complete(mount, { provider, state, attempt }, query, request);
    return redirect(whereTo(mount, completed), forgetCookie(attempt, mount.isSecure));
  } catch (thrown) {
    const error = toKalendsError(thrown);
    logger?.log("warn", "a callback was refused", { provider, code: error.code });
    return redirect(mount.resultOf(error.code));
  }
}

function nobodys(): KalendsError {
  return new KalendsError("connect-attempt-invalid", "The answer was refused: it is unknown, used, expired or of another browser");
}

async function complete(
  mount: Mount,
  { provider, state, attempt }: { provider: string; state: string; attempt: string },
  query: URLSearchParams,
  request: Request,
): Promise<CompletedConnect> {
  const { engine, whoIsIt } = mount.options;
  const kept = readAttemptCookie(request.headers.get("cookie"), attempt, mount.isSecure);
  const organization = kept === null ? null : await engine.findOrganization(kept.organizationId);
  if (kept === null || organization === null) throw nobodys();
  const visitor = await whoIsIt(request);
  if (visitor !== null && visitor.organizationId !== kept.organizationId) throw nobodys();
  // What stands there twice is left out, so that the answer is refused as one that says nothing.
  const [code, error, issuer] = ["code", "error", "iss"].map((name) => onlyValue(query, name));
  // An error beside a code, once or more often, must not be overlooked.
  const said = query.has("error") ? (error ?? "") : undefined;
  return organization.completeConnect({
    answer: {
      state,
      ...(code === undefined ? {} : { code: new Secret(code) }),
      ...(said === undefined ? {} : { error: said }),
      // Named twice is not named by the provider.
      ...(query.has("iss") ? { issuer: issuer ?? "" } : {}),
    },
    binding: kept.binding,
    provider,
    redirectUri: mount.callbackOf(provider),
    ...(visitor === null ? {} : { accountId: visitor.accountId, ...(visitor.actor === undefined ? {} : { actor: visitor.actor }) }),
  });
}

/** Back into the application, which finds the outcome as `connect=connected` or an error code. */
function whereTo(mount: Mount, completed: CompletedConnect): string {
  const outcome = completed.ok ? "connected" : completed.error.code;
  const { returnTo } = completed;
  // The list may have become shorter while the user was away.
  if (returnTo === null || !(mount.options.returnAddresses ?? []).includes(returnTo)) return mount.resultOf(outcome);
  const url = new URL(returnTo);
  url.searchParams.set("connect", outcome);
  return url.href;
}
