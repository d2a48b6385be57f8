/** What kind of failure it is, and so what the engine does about it. */
export type Failure = "transient" | "rate-limited" | "auth" | "conflict" | "cursor-expired" | "invalid-state" | "permanent";

interface ErrorEntry {
  failure: Failure;
  remedy: string;
}

/**
 * The closed list of error codes. A code is never reused and never changes its meaning.
 * `remedy` is the one sentence that tells the reader what to do.
 */
export const errorTable = {
  // Network and transport
  "network-unreachable": { failure: "transient", remedy: "Check that the server is running and reachable; Kalends tries again by itself." },
  "network-timeout": { failure: "transient", remedy: "The server did not answer in time; Kalends tries again by itself." },
  "response-incomplete": { failure: "transient", remedy: "The server stopped in the middle of an answer; nothing was changed, Kalends tries again by itself." },
  "response-too-large": { failure: "permanent", remedy: "Raise the byte limit of the transport if this server is trusted, or split the calendar." },
  "server-error": { failure: "transient", remedy: "The server reported an internal fault; Kalends tries again by itself. If it lasts, ask the server's operator." },
  "rate-limited": { failure: "rate-limited", remedy: "The provider asked to slow down; Kalends waits as long as it was told." },
  "address-refused": { failure: "permanent", remedy: "The address is private, local or not https. Put its host name on the allow list (allowHosts) if it is yours." },
  "redirect-refused": { failure: "permanent", remedy: "The server redirects to another site, in a loop or to plain http. Connect with the final address." },
  "tls-failed": { failure: "permanent", remedy: "The server's certificate or TLS version is not acceptable. Mend it at the server, or add its certificate authority to the transport." },
  "budget-spent": { failure: "rate-limited", remedy: "The requests a minute that this installation allows itself at the provider are spent; Kalends goes on by itself when there is room again." },
  "aborted": { failure: "transient", remedy: "The call was stopped by its own signal or deadline; call again." },

  // Login
  "auth-failed": { failure: "auth", remedy: "User name or password was refused. Check them and connect again; iCloud, Fastmail and others need an app-specific password." },
  "auth-unsupported": { failure: "auth", remedy: "The server offers no login method that Kalends speaks. Ask its operator for Basic, Digest or OAuth over https." },
  "app-password-needed": { failure: "auth", remedy: "This provider takes no account passwords here. Make an app-specific password in its security settings and connect again with that." },
  "grant-revoked": { failure: "auth", remedy: "The user or the provider took the grant back. Ask the user to connect again in place." },
  "rotation-lost": { failure: "auth", remedy: "A renewed token was lost between the provider and the database, in a crash. The grant itself was not revoked; ask the user to connect again in place." },
  "scope-missing": { failure: "invalid-state", remedy: "The provider did not grant a scope that is needed. Ask the user to connect again in place and to allow what the message names." },
  "account-mismatch": { failure: "conflict", remedy: "The login is another one than the connection's. Log in with the same account at the provider, or connect the other one anew." },
  "consent-denied": { failure: "auth", remedy: "The user did not allow access on the provider's page. Start connecting again, and allow it there." },
  "connect-attempt-invalid": { failure: "auth", remedy: "The answer belongs to no connect attempt of this browser: it is unknown, used, older than ten minutes, or not from that provider. Start connecting again." },
  "account-suspended": { failure: "invalid-state", remedy: "The identity provider deactivated this user. Activate it there, then connect again." },
  "permission-denied": { failure: "permanent", remedy: "The login works but may not read this. Ask the owner to share it, or exclude the calendar." },

  // Provider answers
  "caldav-not-found": { failure: "permanent", remedy: "No CalDAV service was found there. Enter the CalDAV address that the provider's help names." },
  "not-calendar-data": { failure: "transient", remedy: "The server answered with something else than calendar data, often a login page. Nothing was changed; check the address and the network." },
  "answer-invalid": { failure: "transient", remedy: "The server's answer does not follow the protocol. Nothing was changed; if it lasts, report it with `kalends doctor`." },
  "calendar-gone": { failure: "invalid-state", remedy: "The calendar no longer exists at the provider; it is removed when the calendar list is read next." },
  "cursor-expired": { failure: "cursor-expired", remedy: "The provider forgot the position; Kalends reads the calendar afresh by itself." },
  "revision-conflict": { failure: "conflict", remedy: "The item changed at the provider meanwhile. Read it again and repeat the change." },

  // Items
  "object-invalid": { failure: "permanent", remedy: "One item could not be read and was set aside; the others are unaffected. Mend or delete it in the calendar program that made it." },
  "object-too-large": { failure: "permanent", remedy: "One item is larger than the limit and was set aside; the others are unaffected." },
  "object-missing": { failure: "transient", remedy: "The provider lists an item that it does not hand out. It was set aside and is tried again." },
  "rule-invalid": { failure: "permanent", remedy: "A recurrence rule is not valid (RFC 5545 section 3.3.10). Mend it in the calendar program that made it." },
  "zone-unknown": { failure: "permanent", remedy: "Use an IANA time zone id such as Europe/Berlin." },

  // Guard
  "plan-refused": { failure: "transient", remedy: "The provider's answer would have removed most of a calendar. Kalends reads it a second time before it believes that." },

  // Engine and caller
  "invalid-argument": { failure: "permanent", remedy: "Correct the argument that the message names." },
  "not-found": { failure: "permanent", remedy: "Nothing with that id exists in this organization." },
  "already-exists": { failure: "conflict", remedy: "Something with that id exists already; use it, or choose another id." },
  "not-authorized": { failure: "permanent", remedy: "The authorization, or the role, does not cover this. Ask the account's owner, or an owner of the organization, to allow it." },
  "invitation-invalid": { failure: "permanent", remedy: "The invitation is unknown, used or expired. Ask for a new one." },
  "last-owner": { failure: "conflict", remedy: "An organization keeps at least one owner. Make somebody else an owner first." },
  "provider-unknown": { failure: "permanent", remedy: "Pass that provider to createKalends, or use one of those that it has." },
  "calendar-stale": { failure: "invalid-state", remedy: "A calendar in the question is not fresh. Sync it, or choose whenStale: treat-as-busy or ignore." },
  "worker-lost": { failure: "transient", remedy: "The process that ran this job ended without a word, many times in a row: it may have run out of memory. Look into the worker's log." },
  "claim-lost": { failure: "conflict", remedy: "Another worker took this calendar over; its result counts. Nothing to do." },
  "calendar-busy": { failure: "conflict", remedy: "Another worker syncs the calendar, or renews its login; try again when it has finished." },
  "legal-hold": { failure: "invalid-state", remedy: "The retention policy holds this account. Take it out of `legalHold` when the reason for the hold is over, then ask again." },
  "connection-stopped": { failure: "invalid-state", remedy: "The connection is not in the state connected. Connect it again in place." },
  "engine-closed": { failure: "invalid-state", remedy: "The Kalends instance was closed. Open a new one." },

  // Vault
  "key-missing": { failure: "invalid-state", remedy: "No key was found. Run `kalends init`, or set KALENDS_KEY or KALENDS_KEY_FILE." },
  "key-invalid": { failure: "invalid-state", remedy: "The key is not 32 bytes in base64url, or its file is readable by others (mode 0600 is needed)." },
  "key-wrong": { failure: "invalid-state", remedy: "This database was sealed with another key. Start with that key; nothing was changed." },
  "key-in-use": { failure: "invalid-state", remedy: "The key still wraps data keys. Run `kalends keys rotate` until none is left, then try again." },
  "key-service-failed": { failure: "transient", remedy: "The key service did not answer. Nothing was changed; Kalends tries again by itself." },
  "open-failed": { failure: "permanent", remedy: "A sealed value could not be opened. It was moved, changed, or sealed with another key." },
  "envelope-unknown": { failure: "permanent", remedy: "A sealed value has a format or key that this version does not know. Upgrade Kalends, or add the key." },

  // Storage
  "store-locked": { failure: "transient", remedy: "The database is locked by another program. Close it, or raise the busy timeout; Kalends tries again by itself." },
  "store-full": { failure: "invalid-state", remedy: "The disk is full. Free some room; nothing was lost, the last complete batch stands." },
  "store-readonly": { failure: "invalid-state", remedy: "The database cannot be written. Check the rights of its file and folder." },
  "store-corrupt": { failure: "invalid-state", remedy: "The database file is damaged or is no Kalends database. Restore it from a backup, or sync into a new one." },
  "store-unmigrated": { failure: "invalid-state", remedy: "The database has not the schema of this version. Run `kalends migrate`, or leave automatic migration on." },
  "store-too-new": { failure: "invalid-state", remedy: "The database was written by a newer version of Kalends. Upgrade this program." },
  "store-unreachable": { failure: "transient", remedy: "The database server does not answer, or has no connection to give. Check that it runs and is reachable; Kalends tries again by itself." },
  "store-refused": { failure: "invalid-state", remedy: "The database server refused the login, or has no such database. Check the connection string and the role's password." },
  "store-role-unsafe": { failure: "invalid-state", remedy: "The database role sees past row-level security. Log in as the runtime role: `kalends migrate --print-roles` prints a script that makes it." },
  "store-failed": { failure: "transient", remedy: "The database reported a fault. See the cause; Kalends tries again by itself." },

  // The rest
  "internal": { failure: "permanent", remedy: "This is a bug in Kalends. Report it with the output of `kalends doctor`." },
} as const;

/** Stable name of an error; the documentation has a page part for each. */
export type ErrorCode = keyof typeof errorTable;

export const errorCodes: readonly ErrorCode[] = Object.keys(errorTable satisfies Record<string, ErrorEntry>) as ErrorCode[];
