import { KalendsError, Secret, type CalendarObject } from "@kalends/model";
import { startCaldavSandbox } from "@kalends/sandbox";
import { eventText, faults, hastyClock, ProviderMirror, seededRandom, startFaultProxy, type Fault } from "@kalends/testing";
import { createTransport } from "@kalends/transport";
import { caldavProvider } from "../src/index.ts";
import { systemClock } from "./system-clock.ts";
import { systemRandom } from "./system-random.ts";

/** What a fault did to a first sync, to a sync of changes and to a change. `ok`: the right result at once; else the error's code. */
export interface FaultOutcome {
  first: string;
  delta: string;
  write: string;
}

/** Those that only say when or how often another fault comes. */
const composers: readonly (keyof typeof faults)[] = ["once", "times", "sometimes", "when", "after", "inTurn", "oneOf", "applied", "meanwhile"];

/** Every fault that the proxy has, in the form in which it bites on each request. */
const scripted: Readonly<Record<string, (origin: string) => readonly Fault[]>> = {
  answerWith: () => [faults.answerWith(500), faults.answerWith(404)],
  throttle: () => [faults.throttle({ retryAfter: 1 }), faults.throttle({ status: 503, retryAfter: null })],
  refuseLogin: () => [faults.refuseLogin()],
  htmlPage: () => [faults.htmlPage(200), faults.htmlPage(207)],
  wrongType: () => [faults.wrongType("text/plain")],
  truncate: () => [faults.truncate({ part: 0.6 })],
  stopEarly: () => [faults.stopEarly({ part: 0.6 })],
  resetBefore: () => [faults.resetBefore()],
  resetAfter: () => [faults.resetAfter()],
  resetInside: () => [faults.resetInside({ part: 0.6 })],
  slowDrip: () => [faults.slowDrip({ bytes: 2_000, everyMs: 1 })],
  endlessBody: () => [faults.endlessBody()],
  delay: () => [faults.delay(20)],
  pageSyncCollection: () => [faults.pageSyncCollection({ itemsPerPage: 4 })],
  insufficientStorage: () => [faults.insufficientStorage()],
  tooManyMatches: () => [faults.tooManyMatches()],
  staleListing: () => [faults.staleListing()],
  capMultiget: () => [faults.capMultiget(3)],
  missInMultiget: () => [faults.missInMultiget()],
  omitFromMultiget: () => [faults.omitFromMultiget()],
  etags: () => [faults.etags("absent"), faults.etags("empty"), faults.etags("weak"), faults.etags("unquoted")],
  absoluteHrefs: () => [faults.absoluteHrefs()],
  foreignHrefs: () => [faults.foreignHrefs()],
  rawHrefs: () => [faults.rawHrefs()],
  lowerHexHrefs: () => [faults.lowerHexHrefs()],
  duplicateHrefs: () => [faults.duplicateHrefs()],
  membersWithoutIcs: () => [faults.membersWithoutIcs()],
  refuseToken: () => [faults.refuseToken(403), faults.refuseToken(410), faults.refuseToken(500)],
  swallowChanges: () => [faults.swallowChanges()],
  redirect: (origin) => [faults.redirect({ to: "https://elsewhere.example.test" }), faults.redirect({ to: origin })],
  redirectToHttp: () => [faults.redirectToHttp()],
  answerLate: () => [faults.answerLate(20)],
  writeAs207: () => [faults.writeAs207()],
};

const year = { from: Date.parse("2026-01-01T00:00:00Z"), to: Date.parse("2026-12-31T00:00:00Z") };
const uids = Array.from({ length: 12 }, (_, index) => `fault-${String(index).padStart(2, "0")}`);

/** Puts every fault, on every request, in the way of a first sync, of a sync of changes, and of a change. Throws where anything was lost. */
export async function measureFaults(): Promise<Map<string, FaultOutcome>> {
  const missing = Object.keys(faults).filter((name) => !composers.includes(name as keyof typeof faults) && scripted[name] === undefined);
  if (missing.length > 0) throw new Error(`The proxy has faults that are not measured here: ${missing.join(", ")}`);
  const outcomes = new Map<string, FaultOutcome>();
  for (const make of Object.values(scripted)) {
    for (const index of make("http://x").keys()) {
      const { name, outcome } = await measureOne((origin) => make(origin)[index] as Fault);
      outcomes.set(name, outcome);
    }
  }
  return outcomes;
}

async function measureOne(make: (origin: string) => Fault): Promise<{ name: string; outcome: FaultOutcome }> {
  const sandbox = await startCaldavSandbox({ clock: systemClock, users: [{ name: "alice", password: "alicepw" }] });
  const proxy = await startFaultProxy({ target: sandbox.url, random: seededRandom(7) });
  const transport = createTransport({ clock: systemClock, allowHosts: [proxy.host], resolve: () => Promise.resolve([{ address: "127.0.0.1", family: 4 }]), idleMs: 3_000 });
  const provider = caldavProvider({ transport, clock: hastyClock(systemClock, 50), random: systemRandom, batchSize: 10, timeoutMs: 4_000 });
  try {
    const calendar = sandbox.user("alice").calendar("work");
    for (const uid of uids) calendar.put(uid, eventText(uid, "Old"), { fileName: `${uid}.ics` });
    const credential = { kind: "password" as const, username: "alice", password: new Secret("alicepw") };
    const connected = await provider.connect?.({ address: proxy.url, credential });
    const [found] = connected?.calendars ?? [];
    if (connected === undefined || found === undefined) throw new Error("no calendar");
    const access = { endpoint: connected.endpoint, credential };
    const open = (): ProviderMirror => new ProviderMirror(provider, access, found, year);
    const fault = make(proxy.origin);
    const during = async (run: () => Promise<boolean>): Promise<string> => {
      proxy.use(make(proxy.origin));
      const code = await run().then((right) => (right ? "ok" : "later"), (thrown: unknown) => (thrown instanceof KalendsError ? `\`${thrown.code}\`` : `untyped: ${String(thrown)}`));
      proxy.clear();
      return code;
    };
    const known = open();
    await known.pull();
    const fresh = open();
    const first = await during(async () => (await fresh.pull(), same(fresh.uids, uids)));
    calendar.put("fault-new", eventText("fault-new", "New"), { fileName: "fault-new.ics" });
    const delta = await during(async () => (await known.pull(), same(known.uids, [...uids, "fault-new"])));
    if (uids.some((uid) => !known.uids.includes(uid))) throw new Error(`${fault.name}: something was taken away`);
    known.cursor = null;
    await known.pull();
    if (!same(known.uids, [...uids, "fault-new"])) throw new Error(`${fault.name}: not whole after the fault`);
    const target = known.itemOf("fault-new");
    const object = (current: CalendarObject | null): CalendarObject => ({ ...(current as CalendarObject), events: (current as CalendarObject).events.map((event) => ({ ...event, content: { ...event.content, title: "Newer" } })) });
    const write = await during(async () => {
      const result = await provider.putObject?.(access, { calendar: found, target, object, notify: false });
      return result?.stored.events[0]?.content?.title === "Newer";
    });
    return { name: fault.name.replace(/http:\/\/127\S*/, "the same address"), outcome: { first, delta, write } };
  } finally {
    await transport.close();
    await proxy.close();
    await sandbox.close();
  }
}

function same(left: readonly string[], right: readonly string[]): boolean {
  return [...left].sort().join() === [...right].sort().join();
}
