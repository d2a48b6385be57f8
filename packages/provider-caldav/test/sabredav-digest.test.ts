import { describeProviderConformance } from "@kalends/testing";
import { openCaldavHarness } from "./caldav-harness.ts";

// The same server, with Digest as the only login. The other client brings its own.
describeProviderConformance("CalDAV on sabredav with Digest", (context) => openCaldavHarness("sabredav", context, { environment: { SABRE_AUTH: "digest" }, deadCursor: null, brokenItem: null }));
