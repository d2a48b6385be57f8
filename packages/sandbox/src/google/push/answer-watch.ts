import { emptyAnswer, jsonAnswer, type Answer } from "../answer.ts";
import { bodyOf, calendarOf, type Call } from "../call.ts";
import { badBody, GoogleRefused } from "../google-refused.ts";
import { isLoopback } from "./send-notification.ts";

const longestMs = 30 * 86_400_000;
const usualMs = 604_800_000;

/** `events.watch` */
export function watchEvents(call: Call): Answer {
  const { calendar } = calendarOf(call, call.params[0] ?? "", "freeBusyReader");
  return openChannel(call, `events/${calendar.serial}`, `calendars/${encodeURIComponent(calendar.id)}/events?alt=json`);
}

/** `calendarList.watch` */
export function watchCalendars(call: Call): Answer {
  return openChannel(call, `calendarList/${call.caller.user.serial}`, "users/me/calendarList?alt=json");
}

/** `channels.stop` */
export function stopChannel(call: Call): Answer {
  const { id, resourceId } = bodyOf(call);
  const { project } = call.caller;
  if (typeof id !== "string" || id === "") throw badBody("required", "Missing required field: id");
  if (typeof resourceId !== "string" || resourceId === "") throw badBody("required", "Missing required field: resourceId");
  if (!call.state.hub.stop(project, id, resourceId)) throw new GoogleRefused(404, { reason: "notFound", message: `Channel '${id}' not found for project '${project}'` });
  return emptyAnswer(204);
}

function openChannel(call: Call, resource: string, path: string): Answer {
  const { id, type, address, token, params, expiration } = bodyOf(call);
  if (typeof id !== "string" || id === "") throw badBody("required", "Missing required field: id");
  if (!/^[A-Za-z0-9\-_+/=]{1,64}$/.test(id)) throw badBody("channelIdInvalid", "Invalid channel id");
  if (type !== "web_hook" && type !== "webhook") throw badBody("unknownChannelType", "Unknown channel type");
  if (typeof address !== "string") throw badBody("required", "Missing required field: address");
  if (token !== undefined && (typeof token !== "string" || token.length > 256)) throw badBody("invalid", "Invalid channel token");
  const url = URL.canParse(address) ? new URL(address) : null;
  // Plain http is taken for this machine alone, so that a test can listen.
  if (!url || !(url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url)))) {
    throw new GoogleRefused(400, { domain: "global", reason: "push.webhookUrlNotHttps", message: `WebHook callback must be HTTPS: ${address.slice(0, 200)}` });
  }
  const { user, project } = call.caller;
  const expires = expiryOf(call.state.clock.now(), (params as Record<string, unknown> | undefined)?.["ttl"], expiration);
  const opened = call.state.hub.open({
    ...{ id, resource, address, project, expires },
    resourceUri: `${call.state.origin}/calendar/v3/${path}`,
    user: user.email,
    token: typeof token === "string" ? token : null,
  });
  return jsonAnswer(200, {
    ...{ kind: "api#channel", id, resourceId: opened.resourceId, resourceUri: opened.resourceUri },
    ...(opened.token === null ? {} : { token: opened.token }),
    expiration: String(expires),
  });
}

function expiryOf(now: number, ttl: unknown, expiration: unknown): number {
  if (ttl !== undefined && !/^\d{1,10}$/.test(String(ttl))) throw badBody("invalid", "Invalid value for: ttl");
  if (expiration !== undefined && !/^\d{1,15}$/.test(String(expiration))) throw badBody("invalid", "Invalid value for: expiration");
  const asked = ttl !== undefined ? now + Number(ttl) * 1_000 : expiration !== undefined ? Number(expiration) : now + usualMs;
  if (asked <= now) throw badBody("invalid", "The channel would have expired already.");
  return Math.min(asked, now + longestMs);
}
