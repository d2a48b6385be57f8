/**
 * What was done. A closed list, so that a reader can filter by it; an action never changes its meaning.
 * `sync` and `calendar-list` are written by the sync line, `connection` for every other move of a connection's state.
 */
export type AuditAction =
  | "connect"
  | "connection"
  | "disconnect"
  | "erase"
  | "authorize"
  | "end-authorization"
  | "raise-detail"
  | "read-raised"
  | "change-role"
  | "invite"
  | "provision"
  | "export"
  | "rotate-keys"
  | "purge"
  | "alert"
  | "calendar-list"
  | "sync";

/** One thing to write down. Ids, codes and counts only: no event text, no secret, no address. */
export interface AuditEntry {
  action: AuditAction;
  /** Who acted: a member or application by its id, `host` for the embedding program, `kalends` for the engine by itself. */
  actor: string;
  /** Id of what was acted on. */
  subject: string;
  /** Plain words, codes and counts. */
  detail: string;
}

/** The engine acting by itself: syncs, timers, sweeps. */
export const engineActor = "kalends";
/** The embedding program, where it names nobody. */
export const hostActor = "host";

/** An entry as it stands in an organization's chain. */
export interface AuditRecord extends AuditEntry {
  organizationId: string;
  /** 1, 2, 3, ... inside the organization, without gap. */
  sequence: number;
  /** Ms since the epoch. */
  at: number;
  /** Hash of the record before, 64 hex digits; of the first record: zeros. */
  previousHash: string;
  /** SHA-256, 64 hex digits, over the JSON text of `[1, organizationId, sequence, at, action, actor, subject, detail, previousHash]`. */
  hash: string;
}

/** The end of a chain. Kept outside the database, it shows a chain that was cut or rewritten as a whole. */
export interface AuditHead {
  sequence: number;
  hash: string;
}

/** What checking a chain found. */
export interface AuditVerdict {
  ok: boolean;
  /** Records that were there and followed each other. */
  records: number;
  head: AuditHead;
  /** Number of the first record that is missing, changed, or out of its place. */
  firstBad: number | null;
}

/** An organization's append-only, hash-chained log. The database itself refuses to change or delete a record. */
export interface AuditLog {
  /** Writes one entry for an act that changes nothing else in the store. Acts that do write theirs in the same transaction. */
  append(entry: AuditEntry, at: number): Promise<AuditHead>;
  /** Records with a sequence greater than `since`, in order, at most `limit`. */
  read(since: number, limit: number): Promise<AuditRecord[]>;
  head(): Promise<AuditHead>;
  /** Walks the whole chain. `expected`: a head noted earlier, which must still stand in it. */
  verify(expected?: AuditHead): Promise<AuditVerdict>;
}
