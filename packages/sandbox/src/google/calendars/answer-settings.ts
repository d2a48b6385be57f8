import { jsonAnswer, type Answer } from "../answer.ts";
import type { Call } from "../call.ts";
import { notFound } from "../google-refused.ts";

/** `settings.list` */
export function listSettings(call: Call): Answer {
  const items = [...settingsOf(call)].map(([id, value]) => present(id, value));
  return jsonAnswer(200, { kind: "calendar#settings", etag: `"p${call.caller.user.serial}"`, items });
}

/** `settings.get` */
export function getSetting(call: Call): Answer {
  const id = call.params[0] ?? "";
  const value = settingsOf(call).get(id);
  if (value === undefined) throw notFound();
  return jsonAnswer(200, present(id, value));
}

function settingsOf(call: Call): Map<string, string> {
  return new Map([
    ["timezone", call.caller.user.timeZone],
    ["locale", "en"],
    ["weekStart", "1"],
    ["format24HourTime", "true"],
  ]);
}

function present(id: string, value: string): Record<string, string> {
  return { kind: "calendar#setting", etag: '"1"', id, value };
}
