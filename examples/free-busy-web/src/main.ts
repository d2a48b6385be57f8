import { parseArgs } from "node:util";
import { createKalends } from "kalends";
import { kalendsSource } from "./kalends-source.ts";
import { serveFreeBusy } from "./server.ts";

// The page on a Kalends database of your own: node src/main.ts --database kalends.db --key-file kalends.key --port 4600
const { values } = parseArgs({
  options: {
    database: { type: "string", default: "kalends.db" },
    "key-file": { type: "string" },
    port: { type: "string", default: "4600" },
    zone: { type: "string" },
    "allow-host": { type: "string", multiple: true, default: [] },
  },
});

const kalends = await createKalends({
  database: values.database,
  allowHosts: values["allow-host"],
  ...(values["key-file"] === undefined ? {} : { keyFile: values["key-file"] }),
});
const server = await serveFreeBusy(kalendsSource(kalends), {
  port: Number(values.port),
  ...(values.zone === undefined ? {} : { zone: values.zone }),
});
kalends.start();
console.log(`Free-busy is on ${server.url} (stop with Ctrl-C)`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    void server.close().then(() => kalends.close());
  });
}
