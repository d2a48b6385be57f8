import type { Random } from "@kalends/model";
import { faults, requestKinds, type Fault } from "@kalends/testing";

/** Faults that cost time and never the truth: a client that handles them well is right at once when they stop. */
const honest: readonly (() => Fault)[] = [
  () => faults.pageSyncCollection({ itemsPerPage: 3 }),
  () => faults.sometimes(0.3, faults.pageSyncCollection({ itemsPerPage: 2, stuck: true })),
  () => faults.sometimes(0.2, faults.insufficientStorage()),
  () => faults.sometimes(0.2, faults.tooManyMatches()),
  () => faults.capMultiget(4),
  () => faults.sometimes(0.4, faults.missInMultiget()),
  () => faults.sometimes(0.4, faults.omitFromMultiget()),
  () => faults.sometimes(0.15, faults.throttle({ retryAfter: 0 })),
  () => faults.sometimes(0.15, faults.throttle({ status: 503, retryAfter: 1, asDate: true })),
  () => faults.sometimes(0.1, faults.throttle({ status: 503, retryAfter: null })),
  () => faults.sometimes(0.1, faults.refuseLogin()),
  () => faults.sometimes(0.15, faults.htmlPage(200)),
  () => faults.sometimes(0.15, faults.htmlPage(207)),
  () => faults.sometimes(0.2, faults.truncate()),
  () => faults.sometimes(0.15, faults.stopEarly()),
  () => faults.sometimes(0.15, faults.oneOf(faults.resetBefore(), faults.resetAfter(), faults.resetInside())),
  () => faults.sometimes(0.2, faults.oneOf(...([400, 403, 409, 410, 412, 500] as const).map((status) => faults.refuseToken(status)))),
  () => faults.sometimes(0.3, faults.refuseToken(403, { bare: true })),
  () => faults.sometimes(0.15, faults.oneOf(faults.answerWith(500), faults.answerWith(502), faults.answerWith(418), faults.answerWith(599))),
  () => faults.absoluteHrefs(),
  () => faults.sometimes(0.5, faults.foreignHrefs()),
  () => faults.sometimes(0.5, faults.rawHrefs()),
  () => faults.sometimes(0.5, faults.lowerHexHrefs()),
  () => faults.sometimes(0.5, faults.duplicateHrefs()),
  () => faults.sometimes(0.1, faults.oneOf(faults.redirectToHttp(), faults.redirect({ to: "https://elsewhere.example.test" }))),
  () => faults.sometimes(0.3, faults.slowDrip({ bytes: 2_000, everyMs: 1 })),
  () => faults.sometimes(0.03, faults.when(requestKinds.report, faults.endlessBody())),
];

/** Faults that tell something untrue in a clean answer: only another, independent reading finds out. */
const lying: readonly (() => Fault)[] = [
  () => faults.sometimes(0.4, faults.swallowChanges()),
  () => faults.sometimes(0.3, faults.staleListing()),
  () => faults.sometimes(0.5, faults.oneOf(faults.etags("absent"), faults.etags("empty"), faults.etags("weak"), faults.etags("unquoted"))),
  () => faults.membersWithoutIcs(),
];

/** Some faults at once, by chance. `isHonest`: after them a plain sync must be right; else a fresh one. */
export function chooseFaults(random: Random): { chosen: Fault[]; isHonest: boolean } {
  const isHonest = random.uniform() < 0.7;
  const from = (choices: readonly (() => Fault)[]): (() => Fault) | undefined => choices[Math.floor(random.uniform() * choices.length)];
  const makers = [from(honest), from(honest), from(honest), ...(isHonest ? [] : [from(lying)])];
  return { chosen: [...new Set(makers)].flatMap((make) => (make === undefined ? [] : [make()])), isHonest };
}
