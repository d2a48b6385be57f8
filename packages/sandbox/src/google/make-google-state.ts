import { KalendsError, type Random } from "@kalends/model";
import { makeCalendar } from "./calendars/make-calendar.ts";
import { ChangeLog } from "./change-log.ts";
import type { ClientState, GoogleFeatures, GoogleState, UserState } from "./google-state.ts";
import { TokenBook } from "./oauth/token-book.ts";
import { PageBook } from "./page-book.ts";
import { Hub } from "./push/hub.ts";
import { sendNotification } from "./push/send-notification.ts";
import { Quota } from "./quota.ts";
import type { GoogleClientOptions, GoogleSandboxOptions, GoogleUserOptions } from "./google-options.ts";

const hour = 3_600_000;

const usual: GoogleFeatures = {
  cancelledDetails: false,
  pages: "full",
  accessTokenMs: 3_599_000,
  syncTokenMs: Number.POSITIVE_INFINITY,
  pageTokenMs: hour,
  conferenceMs: 0,
  freeBusyMs: 92 * 24 * hour,
};

export interface MadeGoogleState extends GoogleState {
  addUser(options: GoogleUserOptions): void;
  addClient(options: GoogleClientOptions): void;
}

/** Everything a run begins with. */
export function makeGoogleState(options: GoogleSandboxOptions, random: Random, origin: string): MadeGoogleState {
  const { clock } = options;
  const features = { ...usual, ...options.features };
  let serial = 0;
  const state: MadeGoogleState = {
    ...{ clock, random, origin, features },
    users: new Map(),
    calendars: new Map(),
    clients: new Map(),
    serviceAccounts: new Map(),
    tokens: new TokenBook(clock, random, features),
    pages: new PageBook(clock, random, features),
    hub: new Hub(clock, random, options.send ?? sendNotification),
    quota: new Quota(clock, options.quota),
    mail: [],
    nextSerial: () => ++serial,
    addUser: (user) => addUser(state, user),
    addClient: (client) => addClient(state, client),
  };
  for (const client of options.clients ?? [{ id: "sandbox-client" }]) addClient(state, client);
  for (const user of options.users) addUser(state, user);
  return state;
}

function addUser(state: GoogleState, options: GoogleUserOptions): void {
  const email = options.email.toLowerCase();
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw new KalendsError("invalid-argument", "A Google account needs an e-mail address");
  if (state.users.has(email)) throw new KalendsError("already-exists", "The sandbox has a Google account of that address");
  const serial = state.nextSerial();
  const user: UserState = {
    ...{ email, serial, timeZone: options.timeZone ?? "UTC", hostedDomain: options.hostedDomain ?? null },
    name: options.name ?? email.split("@")[0] ?? email,
    sub: String(100_000_000_000 + serial),
    list: new Map(),
    listLog: new ChangeLog(),
  };
  state.users.set(email, user);
  makeCalendar(state, user, email, { summary: email });
}

function addClient(state: GoogleState, options: GoogleClientOptions): void {
  const client: ClientState = {
    ...{ secret: "sandbox-secret", name: "Kalends", redirectUris: [], project: "sandbox", rotateRefreshTokens: false },
    refreshTokenMs: Number.POSITIVE_INFINITY,
    ...options,
  };
  state.clients.set(client.id, client);
}
