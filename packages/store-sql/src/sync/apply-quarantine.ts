import type { ApplyBatch, OrganizationId, RemoteKey, Revision } from "@kalends/model";
import { preparedTexts } from "../database/prepared-texts.ts";
import type { SqlScope } from "../database/sql-scope.ts";

/**
 * Keeps the list of items that could not be read: what was read or is gone leaves it, what still cannot be read stays or joins.
 * A good copy stored earlier is marked as seen, so that no sweep takes it for vanished.
 */
export async function applyQuarantine(
  scope: SqlScope,
  organization: OrganizationId,
  batch: ApplyBatch,
  listed: ReadonlyMap<RemoteKey, Revision>,
): Promise<void> {
  const { calendarId, pass } = batch;
  const texts = preparedTexts(scope);
  if (listed.size > 0) {
    const { leaving, staying } = sortListed(listed, batch);
    await scope.runMany(texts.deleteQuarantined, leaving.map((key) => [organization, calendarId, key]));
    await scope.runMany(texts.markQuarantined, staying.map((key) => [pass, organization, calendarId, key]));
  }
  if (batch.quarantined.length > 0) {
    await scope.runMany(
      texts.putQuarantined,
      batch.quarantined.map((item) => [organization, calendarId, item.remoteKey, item.revision, item.code, item.reason, pass]),
    );
    await scope.runMany(texts.markKept, batch.quarantined.map((item) => [pass, organization, calendarId, item.remoteKey]));
  }
  if (batch.completed?.pass === "snapshot" && (listed.size > 0 || batch.quarantined.length > 0)) {
    await scope.run(
      scope.db
        .deleteFrom("quarantined_item")
        .where("organization", "=", organization)
        .where("calendar_id", "=", calendarId)
        .where("pass", "<", pass),
    );
  }
}

/** Items that are set aside now, with the revisions at which they were. */
export async function listedRevisions(scope: SqlScope, organization: OrganizationId, calendarId: string): Promise<Map<RemoteKey, Revision>> {
  const rows = await scope.all(
    scope.db
      .selectFrom("quarantined_item")
      .select(["remote_key", "revision"])
      .where("organization", "=", organization)
      .where("calendar_id", "=", calendarId),
  );
  return new Map(rows.map((row) => [row.remote_key, row.revision]));
}

function sortListed(listed: ReadonlyMap<RemoteKey, Revision>, batch: ApplyBatch): { leaving: RemoteKey[]; staying: RemoteKey[] } {
  const leaving = new Set<RemoteKey>();
  const staying = new Set<RemoteKey>();
  for (const { remoteKey, revision } of batch.seen) {
    const setAsideAt = listed.get(remoteKey);
    // Without a revision nobody can tell that it is the same unreadable state, so it must have been read.
    if (revision !== null && setAsideAt === revision) staying.add(remoteKey);
    else leaving.add(remoteKey);
  }
  for (const { remoteKey } of [...batch.puts, ...batch.removes]) leaving.add(remoteKey);
  for (const remoteKey of batch.gone ?? []) leaving.add(remoteKey);
  return {
    leaving: [...leaving].filter((key) => listed.has(key)),
    staying: [...staying].filter((key) => !leaving.has(key)),
  };
}
