import type { Store, StoredObject } from "@kalends/model";

export const changesPerRound = 5;

/** An organization with one account, one connection and these calendars. */
export async function addPeople(store: Store, calendars: readonly string[]): Promise<void> {
  await store.addOrganization({ id: "org-a", name: "A", createdAt: 0 });
  const { directory } = store.organization("org-a");
  await directory.addAccount({ organizationId: "org-a", id: "account-1", externalId: null, displayName: null, timeZone: "UTC", createdAt: 0 });
  await directory.addConnection({
    organizationId: "org-a", id: "connection-1", accountId: "account-1", provider: "caldav", state: "connected", remoteIdentity: "one",
    label: "one", endpoint: {}, createdAt: 0, listedAt: null, pausedUntil: null, errorCode: null, grantedScopes: null,
  });
  const remote = { name: "N", color: null, timeZone: null, readOnly: false, hints: {} };
  await directory.applyCalendarList({
    connectionId: "connection-1", added: calendars.map((id) => ({ id, remote: { ...remote, remoteKey: `/${id}/` } })), changed: [], touched: [],
    removed: [], changes: [], jobs: [], now: 0,
  });
}

export function plainObject(remoteKey: string, over: Partial<StoredObject> = {}): StoredObject {
  return {
    remoteKey, uid: "u", revision: "1", digest: "d", first: 0, last: 1, timing: `{"events":["${"x".repeat(500)}"]}`, outside: false,
    private: false, title: null, description: null, content: new Uint8Array(500), warnings: null, ...over,
  };
}

/** Claims the calendar and applies batches of five new objects each, in key order; numbers the keys from `start`. */
export async function applyRounds(store: Store, calendarId: string, rounds: number, start = 0, done: () => void = () => undefined): Promise<void> {
  const { sync } = store.organization("org-a");
  const claim = await sync.claim(calendarId, `writer of ${calendarId}`, 0, 1_000_000);
  if (claim === null) throw new Error("the claim is taken");
  for (let round = start; round < start + rounds; round += 1) {
    const puts = [0, 1, 2, 3, 4].map((n) => plainObject(`${calendarId}/${String(round * changesPerRound + n).padStart(9, "0")}`));
    await sync.applyBatch({
      calendarId, token: claim.token, pass: 0, puts, removes: [], seen: [], quarantined: [],
      changes: puts.map(({ uid, remoteKey }) => ({
        kind: "object-created", accountId: "account-1", connectionId: "connection-1", calendarId, uid, remoteKey,
      })),
      busySpans: [{ kind: "busy", from: round, to: round + 1 }], jobs: [{ kind: "roll-window", subject: calendarId, runAt: round }],
      completed: null, refusedRemovals: null, audit: `round ${round}`, now: round,
    });
    done();
  }
}
