import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { startServer, type ServerKind } from "@kalends/testing";
import { measureFaults } from "./fault-outcomes.ts";
import { layOut, openProbe, probes } from "./server-probes.ts";

// KALENDS_WRITE_DOCS=1 writes the page anew, with the columns of the servers that are here.
const page = fileURLToPath(new URL("../../../docs/reference/caldav-servers.md", import.meta.url));
const isWriting = process.env["KALENDS_WRITE_DOCS"] === "1";

const kinds: readonly (readonly [ServerKind, string])[] = [
  ["radicale", "Radicale 3.1"],
  ["xandikos", "Xandikos 0.2"],
  ["sabredav", "SabreDAV 1.8"],
  ["davical", "DAViCal 1.1"],
  ["caldav-adapter", "caldav-adapter 9.3"],
];

/** Cells of the first column of a table, and of the column with that title, as the page has them. */
function column(text: string, begin: string, title: string): Map<string, string> {
  const rows = (text.split(begin)[1] ?? "").split("\n\n")[1]?.split("\n").filter((row) => row.startsWith("|")) ?? [];
  const cells = rows.map((row) => row.split("|").slice(1, -1).map((cell) => cell.trim()));
  const at = cells[0]?.indexOf(title) ?? -1;
  return new Map(cells.slice(2).map((row) => [row[0] ?? "", row[at] ?? ""]));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

const serversBegin = "<!-- servers: written by packages/provider-caldav/test/server-table.test.ts -->";
const faultsBegin = "<!-- faults: written by packages/provider-caldav/test/server-table.test.ts -->";

function rewrite(begin: string, whole: string): void {
  const text = readFileSync(page, "utf8");
  const [before = "", after = ""] = text.split(begin);
  const rest = after.split("\n\n").slice(2).join("\n\n");
  writeFileSync(page, `${before}${begin}\n\n${whole}\n${rest === "" ? "" : `\n${rest}`}`);
}

describe("the page of servers says what the servers do", () => {
  const measured = new Map<string, Map<string, string>>();
  for (const [kind, title] of kinds) {
    test(kind, async (context) => {
      const server = await startServer(kind, context);
      try {
        const probed = await openProbe(server);
        await layOut(probed);
        const found = new Map<string, string>();
        for (const { behaviour, find } of probes) found.set(behaviour, await find(probed));
        measured.set(title, found);
        if (!isWriting) expect(Object.fromEntries(found)).toEqual(Object.fromEntries(column(readFileSync(page, "utf8"), serversBegin, title)));
      } finally {
        await server.stop();
      }
    }, 120_000);
  }

  test("the last column says what Kalends does about it", () => {
    if (isWriting) {
      const head = ["behaviour", ...kinds.map(([, title]) => title), "Kalends"];
      rewrite(serversBegin, table(head, probes.map(({ behaviour, kalends }) => [behaviour, ...kinds.map(([, title]) => measured.get(title)?.get(behaviour) ?? "?"), kalends])));
    }
    expect(Object.fromEntries(column(readFileSync(page, "utf8"), serversBegin, "Kalends"))).toEqual(Object.fromEntries(probes.map(({ behaviour, kalends }) => [behaviour, kalends])));
  });
});

describe("the page of servers says what becomes of what no server at hand does", () => {
  test("every fault of the proxy, at the sandbox", async () => {
    const outcomes = await measureFaults();
    const columns = ["a first sync", "a sync of changes", "a change"] as const;
    if (isWriting) rewrite(faultsBegin, table(["fault", ...columns], [...outcomes].map(([fault, row]) => [fault, row.first, row.delta, row.write])));
    const text = readFileSync(page, "utf8");
    const wanted = (at: "first" | "delta" | "write"): Record<string, string> => Object.fromEntries([...outcomes].map(([fault, row]) => [fault, row[at]]));
    expect(Object.fromEntries(column(text, faultsBegin, columns[0]))).toEqual(wanted("first"));
    expect(Object.fromEntries(column(text, faultsBegin, columns[1]))).toEqual(wanted("delta"));
    expect(Object.fromEntries(column(text, faultsBegin, columns[2]))).toEqual(wanted("write"));
  }, 240_000);
});
