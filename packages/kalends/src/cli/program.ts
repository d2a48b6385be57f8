import { Command, InvalidArgumentError, Option } from "commander";
import { caldavPresets } from "@kalends/provider-caldav";
import { acknowledgeAlert, alerts } from "./alerts.ts";
import { auditExport, auditVerify } from "./audit.ts";
import { calendars } from "./calendars.ts";
import { changes } from "./changes.ts";
import { connectCaldav } from "./connect-caldav.ts";
import { connectFeed } from "./connect-feed.ts";
import { connectGoogle } from "./connect-google.ts";
import { eraseTick, erasures, exportPerson, forget } from "./erasure.ts";
import { retentionPlan, retentionReport, retentionRun } from "./retention.ts";
import { demo } from "./demo.ts";
import { disconnect } from "./disconnect.ts";
import { doctor } from "./doctor.ts";
import { freeBusy } from "./free-busy.ts";
import { init } from "./init.ts";
import { addKey, destroyKey, disableKey, enableKey, promoteKey } from "./keys/change-keys.ts";
import { listKeys } from "./keys/list-keys.ts";
import { rotateKeys } from "./keys/rotate-keys.ts";
import { migrate } from "./migrate.ts";
import { deadLetters } from "./dead-letters.ts";
import { status } from "./status.ts";
import { sync } from "./sync.ts";
import { version } from "./version.ts";
import { readHealthAddress } from "./serve-health.ts";
import { worker } from "./worker.ts";

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

const between =
  (least: number, most: number) =>
  (text: string): number => {
    const number = wholeNumber(text);
    if (number < least || number > most) throw new InvalidArgumentError(`It must be from ${least} to ${most}.`);
    return number;
  };

const several = (value: string, earlier: string[] | undefined): string[] => [...(earlier ?? []), value];

/** The command line, as data for commander. Each command's work is a file of its own. */
export function buildProgram(): Command {
  const program = new Command("kalends")
    .description("Your application's own calendar-sync backend.")
    .version(version)
    .option("--database <path>", "SQLite file (default: KALENDS_DATABASE, kalends.json, or kalends.db)")
    .option("--key-file <path>", "key file (default: KALENDS_KEY, KALENDS_KEY_FILE, kalends.json, or kalends.key beside the database)")
    .option("--organization <id>", "organization to work in (default: default)")
    .option("--allow-host <host[:port]>", "a host that may be private or plain http; may be given several times", several)
    .showHelpAfterError("(run with --help for all options)")
    .configureHelp({ showGlobalOptions: true });
  addWorkCommands(program);
  addCareCommands(program);
  addKeyCommands(program);
  addRetentionCommands(program);
  addWatchCommands(program);
  return program;
}

/** Beginning, syncing, asking. */
function addWorkCommands(program: Command): void {
  program.command("init").description("make the key file, the database and kalends.json in this folder").action(init);

  addConnectCommands(program);
  addWorkerCommand(program);

  program
    .command("sync")
    .description("read calendar lists and changes of all connections")
    .option("--account <id>", "only this account")
    .option("--watch", "go on polling until stopped")
    .option("--fresh", "forget all positions and read everything again")
    .option("--json", "print the report as JSON")
    .action(sync);

  program
    .command("calendars")
    .description("list calendars")
    .option("--account <id>", "only this account")
    .option("--subscriptions", "instead: the feeds that the logins follow at their providers; they are not synced")
    .option("--json", "print JSON")
    .action(calendars);

  program
    .command("free-busy")
    .description("when are these people busy?")
    .requiredOption("--from <time>", "start: 2026-11-20, 2026-11-20T09:00 (in --tz), or an instant with offset")
    .requiredOption("--to <time>", "end, not included")
    .option("--tz <zone>", "IANA time zone for input and output (default: this machine's)")
    .option("--account <id>", "account; may be given several times (default: all)", several)
    .option("--calendar <id>", "calendar; may be given several times", several)
    .addOption(
      new Option("--when-stale <policy>", "what a calendar means that is not fresh").choices(["fail", "treat-as-busy", "ignore"]).default("fail"),
    )
    .option("--json", "print JSON")
    .action(freeBusy);
}

/** Running jobs until stopped. */
function addWorkerCommand(program: Command): void {
  program
    .command("worker")
    .description("run jobs until stopped, beside other workers on the same database")
    .option("--concurrency <number>", "calendars synced at once (default: 4)", between(1, 1_000))
    .option("--grace <seconds>", "how long running jobs may go on after SIGTERM or Ctrl-C", between(0, 3_600), 30)
    .option("--health <[host:]port>", "answer GET /live and /ready there; without a host on this machine only", readHealthAddress)
    .action(worker);
}

/** Logins and addresses. */
function addConnectCommands(program: Command): void {
  const connect = program.command("connect").description("connect a login, or a calendar's address");
  connect
    .command("caldav")
    .description("connect a CalDAV or iCloud login; asks for the password, or reads KALENDS_PASSWORD")
    .argument("<address>", "e-mail address, host name or URL")
    .option("--username <name>", "user name, where it is not the address")
    .option("--account <id>", "your own id of the person the calendars belong to (default: the user name)")
    .option("--name <text>", "display name of a new account")
    .option("--tz <zone>", "IANA time zone of a new account (default: this machine's)")
    .option("--preset <name>", `the provider, where the address does not tell: ${caldavPresets.map(({ name }) => name).join(", ")}`)
    .option("--password-stdin", "read the password from standard input")
    .action(connectCaldav);
  connect
    .command("feed")
    .description("connect a read-only calendar by its https:// or webcal:// address; asks for it where it is not given")
    .argument("[address]", "the address; it is a secret, and a shell remembers what was typed")
    .requiredOption("--account <id>", "your own id of the person the calendar belongs to")
    .option("--name <text>", "display name of a new account")
    .option("--tz <zone>", "IANA time zone of a new account (default: this machine's)")
    .option("--address-stdin", "read the address from standard input")
    .option("--subscription <name>", "a feed that a login of this account follows at its provider, by its name there")
    .action(connectFeed);
  connect
    .command("google")
    .description("connect a Google login in the browser; needs KALENDS_GOOGLE_CLIENT_ID and KALENDS_GOOGLE_CLIENT_SECRET")
    .requiredOption("--account <id>", "your own id of the person the calendars belong to")
    .option("--login <address>", "the login to offer on Google's page")
    .option("--name <text>", "display name of a new account")
    .option("--tz <zone>", "IANA time zone of a new account (default: this machine's)")
    .option("--port <number>", "port on this machine that the browser comes back to (default: a free one)", between(0, 65_535), 0)
    .option("--wait <seconds>", "how long to wait for the browser", between(1, 600), 300)
    .action(connectGoogle);
  program
    .command("disconnect")
    .description("end a connection; nothing at the provider is changed")
    .argument("<connection>", "its id, as `kalends status` shows it")
    .option("--keep", "keep what was read, under the retention policy")
    .option("--purge", "remove what was read, at once")
    .option("--dry-run", "only show which rows would go")
    .option("--as <id>", "who asked for it, for the audit log")
    .option("--json", "print the report as JSON")
    .action(disconnect);
}

/** Looking after it, and the demo. */
function addCareCommands(program: Command): void {
  program.command("status").description("state of connections and calendars").option("--account <id>", "only this account").option("--json", "print JSON").action(status);
  program
    .command("dead-letters")
    .description("jobs of all kinds that were set aside, and what to do about each; exits 1 while there is one")
    .option("--retry", "make all of them due now, instead of once a day")
    .option("--json", "print JSON")
    .action(deadLetters);

  program
    .command("changes")
    .description("print the change feed")
    .option("--since <number>", "print what came after this number", wholeNumber, 0)
    .option("--limit <number>", "at most so many", between(1, 100_000), 1000)
    .option("--json", "one JSON object a line")
    .action(changes);

  program.command("doctor").description("find out what stands in the way; the output is safe to paste").option("--json", "print JSON").action(doctor);

  program
    .command("migrate")
    .description("bring the database to this version's schema")
    .option("--print", "print the SQL and do nothing")
    .option("--check", "only check; exits 1 where something is missing")
    .option("--print-roles", "print a script that makes the two PostgreSQL roles with the least rights, and do nothing")
    .action(migrate);

  program
    .command("demo")
    .description("show four people's busy times on a page, live, on built-in calendar servers")
    .option("--once", "print the free-busy table and exit")
    .option("--port <number>", "port of the page (default: a free one)", between(0, 65_535))
    .option("--every <seconds>", "seconds between edits", between(1, 3_600), 4)
    .option("--seed <number>", "another set of events", wholeNumber, 1)
    .action(demo);
}

/** Keys: added everywhere, promoted, rotated to, then the old one disabled and destroyed. */
function addKeyCommands(program: Command): void {
  const keys = program.command("keys").description("the keys that wrap data keys");
  keys.command("list").description("ids, status, and how many data keys each wraps").option("--json", "print JSON").action(listKeys);
  keys.command("add").description("add a new key to the key file; it opens, and wraps nothing yet").action(addKey);
  keys.command("promote").description("let a key wrap what is new").argument("<id>", "key").action(promoteKey);
  keys
    .command("rotate")
    .description("bring every data key under the primary key, while everything goes on")
    .option("--dry-run", "only count")
    .option("--as <id>", "who asked for it, for the audit log")
    .option("--json", "print the report as JSON")
    .action(rotateKeys);
  keys.command("disable").description("stop a key that wraps nothing any more").argument("<id>", "key").action(disableKey);
  keys.command("enable").description("take disable back").argument("<id>", "key").action(enableKey);
  keys
    .command("destroy")
    .description("take a key that wraps nothing any more out of the key file, for good")
    .argument("<id>", "key")
    .option("--yes", "yes, for good")
    .action(destroyKey);
}

/** What is held and why, and its end. */
function addRetentionCommands(program: Command): void {
  const retention = program.command("retention").description("what is kept, why, and until when");
  retention
    .command("plan")
    .description("what a run would remove now, and what goes next; changes nothing")
    .option("--all", "also what is kept")
    .option("--json", "print the decisions as JSON")
    .action(retentionPlan);
  retention
    .command("run")
    .description("remove what is due; the scheduler does it by itself, too")
    .option("--confirm-clock", "the clock jumped by more than a day, and it is right")
    .option("--as <id>", "who asked for it, for the audit log")
    .option("--json", "print the report as JSON")
    .action(retentionRun);
  retention
    .command("report")
    .description("the oldest rows of every class and the rule that keeps them; exits 1 while something is due")
    .option("--html <file>", "write the report as a page for people to this file; it needs no script and loads nothing")
    .option("--json", "print the report as JSON")
    .action(retentionReport);

  program
    .command("forget")
    .description("forget a person: the key, every row, every byte; prints a signed receipt")
    .argument("<account>", "your own id of the person, or Kalends' id of the account")
    .option("--dry-run", "only show which rows would go")
    .option("--yes", "yes, for good")
    .option("--notify <system>", "a system of yours that has to be told; may be given several times", several)
    .option("--as <id>", "who asked for it, for the audit log")
    .option("--json", "print the report as JSON")
    .action(forget);
  program
    .command("export")
    .description("write everything that is held of a person into a folder: JSON, and one .ics file for each calendar")
    .argument("<account>", "your own id of the person, or Kalends' id of the account")
    .requiredOption("--to <folder>", "folder to make; it must not exist yet")
    .option("--as <id>", "who asked for it, for the audit log")
    .action(exportPerson);
  const requests = program.command("erasures").description("requests to be forgotten");
  requests
    .command("list", { isDefault: true })
    .description("what was asked for, how far it is, and whom nobody has told yet; exits 1 while something is open")
    .option("--json", "print JSON")
    .action(erasures);
  requests
    .command("tick")
    .description("a system of yours was told")
    .argument("<erasure>", "erasure")
    .argument("<system>", "its name")
    .option("--as <id>", "who did it")
    .action(eraseTick);
}

/** The audit log and alerts. */
function addWatchCommands(program: Command): void {
  const audit = program.command("audit").description("the log of who did what");
  audit
    .command("verify")
    .description("check that no record was changed, moved or lost; exits 1 otherwise")
    .option("--head <number:hash>", "a head noted earlier, which must still be there")
    .option("--json", "print JSON")
    .action(auditVerify);
  audit
    .command("export")
    .description("print the log, one JSON object a line; the export is written down too")
    .option("--since <number>", "print what came after this number", wholeNumber, 0)
    .option("--as <id>", "who asked for it")
    .action(auditExport);

  const board = program.command("alerts").description("what somebody should look at");
  board
    .command("list", { isDefault: true })
    .description("alerts that are open; exits 1 while there is one")
    .option("--all", "every record, not only open alerts")
    .option("--json", "one JSON object a line")
    .action(alerts);
  board
    .command("acknowledge")
    .description("close an alert")
    .argument("<number>", "alert", wholeNumber)
    .option("--as <id>", "the member who does it (default: the host)")
    .action(acknowledgeAlert);
}
