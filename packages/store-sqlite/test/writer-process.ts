// One of several processes on one database file: node writer-process.ts <file> <calendar> <rounds>
import { openSqliteStore } from "../src/index.ts";
import { applyRounds } from "./writing-rounds.ts";

const [path = "", calendar = "", rounds = "0"] = process.argv.slice(2);
const store = await openSqliteStore({ path });
await store.migrations.check();
await applyRounds(store, calendar, Number(rounds), 0, () => process.stdout.write("round\n"));
await store.close();
