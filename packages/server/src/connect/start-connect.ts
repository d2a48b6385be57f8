import { KalendsError, toKalendsError } from "@kalends/model";
import { redirect } from "../http/answers.ts";
import { onlyValue } from "../http/only-value.ts";
import { messagePage, problemPage } from "../pages/message-page.ts";
import type { Mount } from "../mount.ts";
import { attemptCookie } from "./attempt-cookie.ts";

/**
 * `GET /connect/{provider}`: sends the browser to the provider's page. `?connection=` mends that connection in place, `?return=` is where the
 * user goes afterwards, one of the configured addresses.
 */
export async function startConnect(mount: Mount, provider: string, request: Request): Promise<Response> {
  const { engine, whoIsIt, features, returnAddresses = [], logger } = mount.options;
  const query = new URL(request.url).searchParams;
  const visitor = await whoIsIt(request);
  if (visitor === null) return messagePage(401, "Not logged in", "Log in at the application first, then connect again.");
  const [returnTo, connectionId] = [onlyValue(query, "return"), onlyValue(query, "connection")];
  if (query.has("return") && (returnTo === undefined || !returnAddresses.includes(returnTo))) {
    return messagePage(400, "Cannot go back there", "The address to return to is not one of those that the application allows.");
  }
  if (query.has("connection") && connectionId === undefined) return messagePage(400, "Unclear request", "The connection is named more than once.");
  try {
    const organization = await engine.findOrganization(visitor.organizationId);
    if (organization === null) throw new KalendsError("not-found", "There is no such organization");
    const begun = await organization.beginConnect({
      accountId: visitor.accountId,
      provider,
      redirectUri: mount.callbackOf(provider),
      ...(features === undefined ? {} : { features }),
      ...(connectionId !== undefined ? { connectionId } : visitor.loginHint === undefined ? {} : { loginHint: visitor.loginHint }),
      ...(returnTo === undefined ? {} : { returnTo }),
    });
    return redirect(begun.url, attemptCookie(begun.attempt, { organizationId: visitor.organizationId, binding: begun.binding }, mount.isSecure));
  } catch (thrown) {
    const error = toKalendsError(thrown);
    logger?.log("warn", "connecting could not begin", { provider, code: error.code });
    return problemPage(error);
  }
}
