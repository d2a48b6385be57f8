// One worker of the throughput measurement: runs jobs until SIGTERM.
//   node scale-worker.ts DATABASE-URL KEY ALLOWED-HOST
import { createKalends } from "kalends";
import { workerSettings } from "./worker-settings.ts";

const [, , database = "", key = "", host = ""] = process.argv;
const kalends = await createKalends({ database, key, allowHosts: [host], autoMigrate: false, settings: workerSettings });
kalends.start();
process.stdout.write("ready\n");
process.once("SIGTERM", () => void kalends.close().then(() => process.exit(0)));
setInterval(() => undefined, 60_000);
