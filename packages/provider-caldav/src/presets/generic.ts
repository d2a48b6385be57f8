import type { CaldavPreset } from "./caldav-preset.ts";

/** Any other server. The paths are those of SOGo, DAViCal, Baikal, Cyrus and their like. */
export const generic: CaldavPreset = {
  name: "generic",
  title: "Any other CalDAV server",
  url: null,
  mailDomains: [],
  paths: ["/SOGo/dav/{user}/", "/caldav.php/", "/dav.php/", "/dav/", "/caldav/", "/radicale/", "/groupdav.php/"],
  login: "password",
  trustedSites: [],
  passwordRemedy: null,
  batchSize: null,
  pacing: { parallel: 4, gapMs: 0 },
  sendsInvitations: null,
  cannot: ["What the server cannot do is found out by asking it: change lists where it has them, comparison of ETags where it has not."],
};
