import type { Pacing } from "../request-queue.ts";

/** What is known of a provider beforehand. Data only: a new provider of this kind is a file here and a line in the list, not code. */
export interface CaldavPreset {
  name: string;
  /** As people call it. */
  title: string;
  /** Where discovery starts; `{user}` stands for the user name. `null`: from the address that the user types. */
  url: string | null;
  /** Mail domains whose users are at this provider. */
  mailDomains: readonly string[];
  /** Where the service lies on a server of one's own, below the typed address; `{user}` as above. */
  paths: readonly string[];
  /**
   * - `password`: the account's own password, or an app password where the account has two-step login.
   * - `app-password`: nothing but a password that the provider makes for one program.
   * - `oauth`: no password at all.
   */
  login: "password" | "app-password" | "oauth";
  /** Host suffixes that may receive the login, over https. */
  trustedSites: readonly string[];
  /** Said to a user whose password was refused; `null`: the general remedy. */
  passwordRemedy: string | null;
  /** Most items per multiget; `null`: the adapter's own setting. */
  batchSize: number | null;
  pacing: Pacing;
  /** The server itself sends mail to attendees of an event that is written with attendees (RFC 6638); `null`: it depends. */
  sendsInvitations: boolean | null;
  /** What the provider cannot do or does its own way, and what Kalends makes of it. Whole sentences for people. */
  cannot: readonly string[];
}
