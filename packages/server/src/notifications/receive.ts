import { readNotificationPath } from "@kalends/core";
import { toKalendsError, type InboundNotification } from "@kalends/model";
import { answer, textAnswer } from "../http/answers.ts";
import { readBody } from "../http/read-body.ts";
import type { Mount } from "../mount.ts";

const longestQuery = 16_384;

/**
 * `POST /notifications/...`: a provider tells of changes. 202 once the wake-up is durable, the same 404 for whatever is unknown or wrong, 503
 * where the store cannot take it, so that the provider sends it again.
 */
export async function receive(mount: Mount, path: string, request: Request): Promise<Response> {
  const { engine, logger, mostBodyBytes = 262_144 } = mount.options;
  if (request.method !== "POST") return textAnswer(405, "", { allow: "POST" });
  const url = new URL(request.url);
  if (url.search.length > longestQuery) return textAnswer(414, "");
  const address = readNotificationPath(path);
  if (address === null) return textAnswer(404, "");
  const body = await readBody(request, mostBodyBytes);
  if (body === null) return textAnswer(413, "");
  const notification: InboundNotification = {
    method: request.method, headers: new Map(request.headers), query: new Map(url.searchParams), body,
  };
  try {
    const verdict = await engine.receiveNotification(address, notification);
    if (verdict.kind === "accepted") return answer(202, null);
    if (verdict.kind === "echo") return textAnswer(200, verdict.text);
    return textAnswer(verdict.kind === "malformed" ? 400 : verdict.status, "");
  } catch (thrown) {
    logger?.log("error", "a notification could not be taken in", { provider: address.provider, code: toKalendsError(thrown).code });
    return textAnswer(503, "", { "retry-after": "30" });
  }
}
