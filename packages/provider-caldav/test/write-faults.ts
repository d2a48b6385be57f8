import type { KalendsError, Random } from "@kalends/model";
import { faults, requestKinds, type Fault } from "@kalends/testing";

const { any, write } = requestKinds;
const onWrites = (fault: Fault): Fault => faults.when(write, fault);
const page = "<!DOCTYPE html><html><body>Sign in</body></html>";

/** Faults that hide what became of a write, or cost it time. None of them tells anything untrue about an item. */
export const honestWriteFaults: readonly ((origin: string) => Fault)[] = [
  () => faults.sometimes(0.3, onWrites(faults.resetAfter())),
  () => faults.sometimes(0.2, onWrites(faults.resetBefore())),
  () => faults.sometimes(0.2, onWrites(faults.oneOf(faults.applied(faults.answerWith(500)), faults.applied(faults.answerWith(502)), faults.applied(faults.answerWith(504))))),
  () => faults.sometimes(0.2, onWrites(faults.oneOf(faults.answerWith(500), faults.answerWith(502), faults.answerWith(423)))),
  () => faults.sometimes(0.25, onWrites(faults.throttle({ retryAfter: 1 }))),
  () => faults.sometimes(0.25, onWrites(faults.throttle({ status: 503, retryAfter: 2, asDate: true }))),
  () => faults.sometimes(0.2, onWrites(faults.applied(faults.throttle({ status: 503, retryAfter: null })))),
  () => faults.sometimes(0.1, faults.refuseLogin()),
  () => faults.sometimes(0.3, onWrites(faults.applied(faults.refuseLogin()))),
  () => faults.sometimes(0.6, onWrites(faults.oneOf(faults.etags("absent"), faults.etags("empty")))),
  () => faults.sometimes(0.5, faults.writeAs207()),
  (to) => faults.sometimes(0.4, onWrites(faults.oneOf(faults.redirect({ to, status: 307 }), faults.redirect({ to, status: 308 })))),
  (to) => faults.sometimes(0.2, onWrites(faults.oneOf(faults.redirect({ to, status: 301 }), faults.redirect({ to, status: 303 })))),
  () => faults.sometimes(0.2, onWrites(faults.redirect({ to: "https://elsewhere.example.test" }))),
  () => faults.sometimes(0.3, onWrites(faults.answerWith(200, { "content-type": "text/html" }, page))),
  () => faults.sometimes(0.2, onWrites(faults.applied(faults.answerWith(200, { "content-type": "text/html" }, page)))),
  () => faults.once(onWrites(faults.answerLate(3_000))),
  () => faults.sometimes(0.4, faults.when(any, faults.delay(40))),
  () => faults.sometimes(0.3, faults.slowDrip({ bytes: 400, everyMs: 1 })),
  () => faults.sometimes(0.3, faults.missInMultiget()),
  () => faults.sometimes(0.3, faults.omitFromMultiget()),
  () => faults.sometimes(0.2, faults.truncate()),
  () => faults.sometimes(0.15, faults.htmlPage(200)),
];

/** Faults that tell something untrue of items or of their list; only another reading finds out. */
export const lyingWriteFaults: readonly (() => Fault)[] = [
  () => faults.sometimes(0.5, faults.staleListing()),
  () => faults.sometimes(0.5, faults.etags("weak")),
  () => faults.etags("weak"),
  () => faults.etags("absent"),
];

/** A few of the honest ones by chance. */
export function chooseWriteFaults(random: Random, origin: string): Fault[] {
  const chosen = Array.from({ length: 3 }, () => honestWriteFaults[Math.floor(random.uniform() * honestWriteFaults.length)]);
  return [...new Set(chosen)].flatMap((make) => (make === undefined ? [] : [make(origin)]));
}

/** The failures that end with the faults. All others would be the adapter's own. */
export function endsWithFaults({ code, failure }: KalendsError): boolean {
  if (code === "aborted") return false;
  return failure === "transient" || failure === "rate-limited" || code === "auth-failed" || code === "redirect-refused";
}
