import { describeProviderConformance } from "@kalends/testing";
import { openCaldavHarness } from "./caldav-harness.ts";

describeProviderConformance("CalDAV on radicale", (context) => openCaldavHarness("radicale", context));
