import type { CaldavPreset } from "./caldav-preset.ts";

export const nextcloud: CaldavPreset = {
  name: "nextcloud",
  title: "Nextcloud",
  url: null,
  mailDomains: [],
  paths: ["/remote.php/dav/", "/nextcloud/remote.php/dav/"],
  login: "password",
  trustedSites: [],
  passwordRemedy: "With two-step login Nextcloud needs an app password: make one under Personal settings, Security, Devices & sessions, and connect again.",
  batchSize: null,
  pacing: { parallel: 4, gapMs: 0 },
  sendsInvitations: true,
  cannot: [
    "It throttles a login after wrong passwords and a client that asks much (429).",
    "The UID of a deleted event stays taken until its trash bin is emptied.",
    "Calendars in its trash bin still stand in the calendar home; Kalends leaves them out.",
    "It forgets old changes by number, so that a first read from scratch may follow at any time.",
    "After a restored backup its change list can stay silent; the daily comparison finds what was missed.",
  ],
};
