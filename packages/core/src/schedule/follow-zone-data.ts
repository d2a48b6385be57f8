import { KalendsError } from "@kalends/model";
import type { Runtime } from "../runtime.ts";

const versionSetting = "zones.version";
/** Calendars are derived anew over this time, so that a large installation does not do it all at once. */
const spreadMs = 10 * 60_000;

/**
 * Compares the version of the host's zone data with the one that the stored busy spans were derived with. Where it changed, every calendar's
 * spans are derived anew soon; nothing is read from the providers.
 */
export async function followZoneData(runtime: Runtime, version: string): Promise<void> {
  const { settings } = runtime.store;
  const known = await settings.get(versionSetting);
  if (known === version) return;
  // The jobs come before the mark: if the process ends between the two, they are queued once more, which changes nothing.
  const queued = known === null ? 0 : await queueRolls(runtime);
  try {
    if (known === null) await settings.put(versionSetting, version);
    else await settings.replace(versionSetting, known, version);
  } catch (thrown) {
    // Another process came first, with its own jobs.
    if (!(thrown instanceof KalendsError) || !["already-exists", "revision-conflict"].includes(thrown.code)) throw thrown;
  }
  if (known !== null) runtime.logger.log("info", "zone data changed, busy spans are derived anew", { from: known, to: version, calendars: queued });
}

async function queueRolls(runtime: Runtime): Promise<number> {
  const { store, clock, random } = runtime;
  let queued = 0;
  for (const { id } of await store.listOrganizations()) {
    const organization = store.organization(id);
    for (const calendar of await organization.directory.listCalendars()) {
      if (calendar.removedAt !== null) continue;
      await organization.jobs.enqueue({ kind: "roll-window", subject: calendar.id, runAt: clock.now() + Math.floor(random.uniform() * spreadMs) });
      queued++;
    }
  }
  return queued;
}
