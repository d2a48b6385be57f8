import { afterAll, expect, test } from "vitest";
import { openSqliteStore } from "@kalends/store-sqlite";
import { pgBossJobSource, type BossPort } from "../src/index.ts";
import { openBoss, stopServer } from "./boss-server.ts";

afterAll(stopServer);

test("jobs that pg-boss could not take are due at once, and what was fetched before runs", async () => {
  const boss = await openBoss();
  const store = await openSqliteStore({ path: ":memory:" });
  await store.migrations.run();
  await store.addOrganization({ id: "org", name: "org", createdAt: 1 });
  const { jobs } = store.organization("org");
  for (const subject of ["a", "b", "c"]) await jobs.enqueue({ kind: "roll-window", subject, runAt: 1, priority: "push" });
  let away = true;
  const port: BossPort = {
    createQueue: (...words) => boss.createQueue(...words), getQueues: () => boss.getQueues(), fetch: boss.fetch.bind(boss),
    complete: boss.complete.bind(boss), fail: boss.fail.bind(boss), touch: boss.touch.bind(boss),
    insert: (...words) => (away ? Promise.reject(new Error("pg-boss is away")) : boss.insert(...words)),
  };
  const source = pgBossJobSource({ boss: port, store, prefix: "away" });
  await expect(source.claimDue(10, 2, 30_000, "worker")).rejects.toThrow("pg-boss is away");
  expect(await source.load(11)).toMatchObject({ due: 3, running: 0 });
  away = false;
  // Their place, their priority and their attempts are as they were.
  expect(await source.claimDue(12, 9, 30_000, "worker")).toMatchObject(["a", "b", "c"].map((subject) => ({ subject, owedSince: 1, priority: "push", attempts: 0 })));

  for (const subject of ["d", "e", "f"]) await jobs.enqueue({ kind: "roll-window", subject, runAt: 20 });
  expect(await pgBossJobSource({ boss, store, prefix: "away", ahead: 1 }).claimDue(20, 1, 30_000, "other")).toMatchObject([{ subject: "d" }]);
  away = true;
  expect(await source.claimDue(21, 2, 30_000, "worker")).toMatchObject([{ subject: "e" }]);
  expect(await source.load(21)).toMatchObject({ due: 1, running: 5 });
  await store.close();
  await boss.stop({ graceful: false });
});

test("a job that an older version handed over is owed since it was due", async () => {
  const boss = await openBoss();
  const store = await openSqliteStore({ path: ":memory:" });
  await store.migrations.run();
  await store.addOrganization({ id: "org", name: "org", createdAt: 1 });
  await store.organization("org").jobs.enqueue({ kind: "roll-window", subject: "a", runAt: 1 });
  const [claimed] = await store.jobSource.claimDue(10, 1, 30_000, "pg-boss");
  if (claimed === undefined) throw new Error("the job was not due");
  const { owedSince: _, ...job } = claimed;
  await boss.createQueue("older.-", { policy: "standard", retryLimit: 0 });
  await boss.insert("older.-", [{ data: { job, order: 1 } }]);
  expect(await pgBossJobSource({ boss, store, prefix: "older" }).claimDue(11, 1, 30_000, "worker")).toMatchObject([{ subject: "a", owedSince: 1 }]);
  await store.close();
  await boss.stop({ graceful: false });
});
