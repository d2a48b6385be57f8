import { after, inTurn, once, oneOf, sometimes, times, when } from "./compose-faults.ts";
import { delay, endlessBody, resetAfter, resetBefore, resetInside, slowDrip, stopEarly, truncate } from "./delivery-faults.ts";
import { etags } from "./etag-faults.ts";
import { absoluteHrefs, duplicateHrefs, foreignHrefs, lowerHexHrefs, membersWithoutIcs, rawHrefs } from "./href-faults.ts";
import { insufficientStorage, pageSyncCollection, staleListing, tooManyMatches } from "./list-faults.ts";
import { capMultiget, missInMultiget, omitFromMultiget } from "./multiget-faults.ts";
import { redirect, redirectToHttp } from "./redirect-faults.ts";
import { answerWith, htmlPage, refuseLogin, throttle, wrongType } from "./status-faults.ts";
import { refuseToken, swallowChanges } from "./token-faults.ts";

/** Everything that can be scripted, and how to combine it. */
export const faults = {
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
} as const;
