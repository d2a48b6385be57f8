import { after, inTurn, once, oneOf, sometimes, times, when } from "./compose-faults.ts";
import { delay, endlessBody, resetAfter, resetBefore, resetInside, slowDrip, stopEarly, truncate } from "./delivery-faults.ts";
import { etags } from "./etag-faults.ts";
import { absoluteHrefs, duplicateHrefs, foreignHrefs, lowerHexHrefs, membersWithoutIcs, rawHrefs } from "./href-faults.ts";
import { insufficientStorage, pageSyncCollection, staleListing, tooManyMatches } from "./list-faults.ts";
import { capMultiget, missInMultiget, omitFromMultiget } from "./multiget-faults.ts";
import { redirect, redirectToHttp } from "./redirect-faults.ts";
import { answerWith, htmlPage, refuseLogin, throttle, wrongType } from "./status-faults.ts";
import { refuseToken, swallowChanges } from "./token-faults.ts";
import { answerLate, applied, meanwhile, writeAs207 } from "./write-faults.ts";

/** Everything that can be scripted, and how to combine it. */
export interface Faults {
  readonly once: typeof once;
  readonly times: typeof times;
  readonly sometimes: typeof sometimes;
  readonly when: typeof when;
  readonly after: typeof after;
  readonly inTurn: typeof inTurn;
  readonly oneOf: typeof oneOf;
  readonly answerWith: typeof answerWith;
  readonly throttle: typeof throttle;
  readonly refuseLogin: typeof refuseLogin;
  readonly htmlPage: typeof htmlPage;
  readonly wrongType: typeof wrongType;
  readonly truncate: typeof truncate;
  readonly stopEarly: typeof stopEarly;
  readonly resetBefore: typeof resetBefore;
  readonly resetAfter: typeof resetAfter;
  readonly resetInside: typeof resetInside;
  readonly slowDrip: typeof slowDrip;
  readonly endlessBody: typeof endlessBody;
  readonly delay: typeof delay;
  readonly pageSyncCollection: typeof pageSyncCollection;
  readonly insufficientStorage: typeof insufficientStorage;
  readonly tooManyMatches: typeof tooManyMatches;
  readonly staleListing: typeof staleListing;
  readonly capMultiget: typeof capMultiget;
  readonly missInMultiget: typeof missInMultiget;
  readonly omitFromMultiget: typeof omitFromMultiget;
  readonly etags: typeof etags;
  readonly absoluteHrefs: typeof absoluteHrefs;
  readonly foreignHrefs: typeof foreignHrefs;
  readonly rawHrefs: typeof rawHrefs;
  readonly lowerHexHrefs: typeof lowerHexHrefs;
  readonly duplicateHrefs: typeof duplicateHrefs;
  readonly membersWithoutIcs: typeof membersWithoutIcs;
  readonly refuseToken: typeof refuseToken;
  readonly swallowChanges: typeof swallowChanges;
  readonly redirect: typeof redirect;
  readonly redirectToHttp: typeof redirectToHttp;
  readonly applied: typeof applied;
  readonly answerLate: typeof answerLate;
  readonly writeAs207: typeof writeAs207;
  readonly meanwhile: typeof meanwhile;
}

export const faults: Faults = {
  once,
  times,
  sometimes,
  when,
  after,
  inTurn,
  oneOf,
  answerWith,
  throttle,
  refuseLogin,
  htmlPage,
  wrongType,
  truncate,
  stopEarly,
  resetBefore,
  resetAfter,
  resetInside,
  slowDrip,
  endlessBody,
  delay,
  pageSyncCollection,
  insufficientStorage,
  tooManyMatches,
  staleListing,
  capMultiget,
  missInMultiget,
  omitFromMultiget,
  etags,
  absoluteHrefs,
  foreignHrefs,
  rawHrefs,
  lowerHexHrefs,
  duplicateHrefs,
  membersWithoutIcs,
  refuseToken,
  swallowChanges,
  redirect,
  redirectToHttp,
  applied,
  answerLate,
  writeAs207,
  meanwhile,
};
