import { describeProviderConformance } from "@kalends/testing";
import { openCaldavHarness } from "./caldav-harness.ts";

describeProviderConformance("CalDAV on caldav-adapter", (context) => openCaldavHarness("caldav-adapter", context));
