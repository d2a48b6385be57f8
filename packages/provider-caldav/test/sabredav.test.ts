import { describeProviderConformance } from "@kalends/testing";
import { openCaldavHarness } from "./caldav-harness.ts";

// SabreDAV 1.8 has no sync-collection: the step with ctag and listing. Its positions do not expire.
describeProviderConformance("CalDAV on sabredav", (context) => openCaldavHarness("sabredav", context, { deadCursor: null, brokenItem: null }));
