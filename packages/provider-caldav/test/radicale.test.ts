import { describeProviderConformance } from "@kalends/testing";
import { openCaldavHarness } from "./caldav-harness.ts";

// Radicale reads every item with vobject at PUT and refuses what is invalid.
describeProviderConformance("CalDAV on radicale", (context) => openCaldavHarness("radicale", context, { brokenItem: null }));
