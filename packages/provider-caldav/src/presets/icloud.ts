import type { CaldavPreset } from "./caldav-preset.ts";

export const icloud: CaldavPreset = {
  name: "icloud",
  title: "iCloud",
  url: "https://caldav.icloud.com/",
  mailDomains: ["icloud.com", "me.com", "mac.com"],
  paths: [],
  login: "app-password",
  // The calendar home lies on a shard of its own: pNN-caldav.icloud.com.
  trustedSites: ["icloud.com"],
  passwordRemedy:
    "iCloud needs an app-specific password, not the Apple Account password: make one at account.apple.com (Sign-In and Security, App-Specific Passwords) and connect again.",
  batchSize: 50,
  pacing: { parallel: 2, gapMs: 0 },
  sendsInvitations: true,
  cannot: [
    "It takes app-specific passwords only.",
    "It names waits that are too short when it throttles; Kalends waits longer with every refusal.",
    "It lists events now and then that it does not hand out; those are set aside and tried again.",
    "A UID can stand in one calendar of the account only; a second one is refused.",
    "Events without an end, of about 1 MiB, or with more than 100 attendees are refused.",
    "It has no tasks, and no free-busy of its own; Kalends computes free-busy from the events.",
  ],
};
