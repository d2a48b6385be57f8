import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { expect, test } from "vitest";
import { openPostgresStore } from "../src/index.ts";
import { asRole, makeSchema, owner, runtime, withSuiteDatabase } from "./suite-database.ts";

/** Stands before the server, and can fall silent as a host does whose power went: connections stay open, and nothing comes any more. */
async function startSilencer(url: string): Promise<{ url: string; silence(): void; close(): Promise<void> }> {
  const target = new URL(url);
  const { port, hostname } = target;
  const open = new Set<Socket>();
  const through = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("error", () => undefined).on("close", () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    through.add(upstream);
    client.pipe(upstream);
    upstream.on("data", (bytes) => through.has(upstream) && client.write(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  target.hostname = "127.0.0.1";
  target.port = String((server.address() as AddressInfo).port);
  return {
    url: target.href,
    silence: () => through.clear(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

withSuiteDatabase((database) => {
  test("a server that falls silent fails the calls that wait for it, and the next ones get a connection that answers", async () => {
    const schema = await makeSchema(database());
    const ofOwner = await openPostgresStore({ connectionString: asRole(database().url, owner), schema });
    await ofOwner.migrations.run();
    await ofOwner.close();
    const silencer = await startSilencer(asRole(database().url, runtime));
    const store = await openPostgresStore({ connectionString: silencer.url, schema, maxConnections: 2, statementTimeoutMs: 200, lockTimeoutMs: 200 });
    try {
      await store.addOrganization({ id: "org", name: "org", createdAt: 1 });
      const { jobs } = store.organization("org");
      await Promise.all(["one", "two"].map((subject) => jobs.enqueue({ kind: "retention", subject, runAt: 5 })));
      silencer.silence();
      const waiting = [jobs.dueAt("retention", "one"), jobs.enqueue({ kind: "retention", subject: "one", runAt: 1 })];
      for (const { status, ...told } of await Promise.allSettled(waiting)) {
        expect([status, told]).toMatchObject(["rejected", { reason: { code: "store-unreachable" } }]);
      }
      expect(await jobs.dueAt("retention", "two")).toBe(5);
      await jobs.enqueue({ kind: "retention", subject: "two", runAt: 4 });
      expect(await jobs.dueAt("retention", "two")).toBe(4);
    } finally {
      await store.close();
      await silencer.close();
    }
  });
});
