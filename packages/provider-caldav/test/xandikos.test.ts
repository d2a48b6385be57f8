import { describeProviderConformance } from "@kalends/testing";
import { openCaldavHarness } from "./caldav-harness.ts";

describeProviderConformance("CalDAV on xandikos", (context) => openCaldavHarness("xandikos", context));
