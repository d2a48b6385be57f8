import { KalendsError, type CalendarSubscription, type Secret } from "@kalends/model";
import type { Kalends } from "../create-kalends.ts";
import { textTable } from "./output/text-table.ts";

/** What the table shows of a feed: its address stays unsaid, for it opens the feed. */
function hostOf(source: Secret | null): string {
  return source === null ? "not told" : (URL.parse(source.reveal().replace(/^webcals?:/i, "https:"))?.host ?? "not told");
}

/** `kalends calendars --subscriptions`: the feeds that the logins follow at their providers. */
export async function printSubscriptions(kalends: Kalends, accountId: string | undefined, json: boolean): Promise<void> {
  const all: (CalendarSubscription & { connectionId: string; label: string })[] = [];
  for (const { id, label, state } of await kalends.listConnections(accountId)) {
    if (state !== "connected") continue;
    for (const one of await kalends.listSubscriptions(id)) all.push({ ...one, connectionId: id, label });
  }
  if (json) {
    const plain = all.map(({ name, color, source, connectionId }) => ({ name, color, host: source === null ? null : hostOf(source), connectionId }));
    process.stdout.write(`${JSON.stringify(plain, null, 2)}\n`);
    return;
  }
  const rows = all.map(({ name, source, label }) => [name, hostOf(source), label]);
  process.stdout.write(all.length === 0 ? "No login follows a feed.\n" : textTable([["SUBSCRIPTION", "FEED AT", "LOGIN"], ...rows]));
  if (all.length > 0) process.stdout.write("\nThey are not synced. To sync one: kalends connect feed --account ID --subscription NAME\n");
}

/** The address of the one feed of that name that the account's logins follow. Throws `not-found` and `invalid-argument`. */
export async function subscriptionSource(kalends: Kalends, accountId: string, name: string): Promise<Secret> {
  const found: CalendarSubscription[] = [];
  for (const { id, state } of await kalends.listConnections(accountId)) {
    if (state === "connected") found.push(...(await kalends.listSubscriptions(id)).filter((one) => one.name === name));
  }
  const [one, other] = found;
  if (one === undefined) {
    throw new KalendsError("not-found", "No login of this account follows a feed of that name", { remedy: "`kalends calendars --subscriptions` lists them." });
  }
  if (other !== undefined && other.source?.reveal() !== one.source?.reveal()) {
    throw new KalendsError("invalid-argument", "Several feeds have that name", { remedy: "Connect the one that is meant by its address." });
  }
  if (one.source === null) throw new KalendsError("not-found", "The provider does not tell where that feed is", { remedy: "Connect it by its address." });
  return one.source;
}
