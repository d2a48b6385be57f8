import type { CaldavPreset } from "./caldav-preset.ts";

export const zimbra: CaldavPreset = {
  name: "zimbra",
  title: "Zimbra",
  url: null,
  mailDomains: [],
  paths: ["/dav/{user}/", "/principals/users/{user}/"],
  login: "password",
  trustedSites: [],
  passwordRemedy: "With two-step login Zimbra needs an application passcode: make one under Preferences, Accounts, and connect again.",
  batchSize: 50,
  pacing: { parallel: 2, gapMs: 0 },
  sendsInvitations: true,
  cannot: [
    "It lists some events twice; Kalends counts them once.",
    "Its sync-tokens are fragile, so that a first read from scratch may follow at any time.",
    "An event written under a UID that exists in another calendar is moved, not copied.",
    "A calendar cannot be renamed over CalDAV.",
  ],
};
