import { basename } from "node:path";
import { queryPostgres, startPostgres } from "../src/index.ts";

// Holds a server and does nothing until somebody kills it. Prints where it is.
const server = await startPostgres({ skip: () => undefined }, { own: true });
const [row] = await queryPostgres(server.url, "select current_setting('data_directory') as data");
process.stdout.write(`${server.url} ${basename(String(row?.["data"]).replace(/\/data$/, ""))}\n`);
setInterval(() => undefined, 60_000);
