import { spoilingFault, type Fault } from "./fault.ts";
import { changeResponses, hrefOf, isMember, readMultistatusText, statusResponse, writeMultistatusText } from "./multistatus-text.ts";
import { requestKinds } from "./request-kinds.ts";

/** Hands out the first `items` of a multiget in a clean 207 and says nothing of the others. */
export function capMultiget(items: number): Fault {
  return spoilingFault("multiget capped", requestKinds.multiget, (answer) => {
    const parts = readMultistatusText(answer);
    if (parts === null || parts.responses.length <= items) return null;
    return writeMultistatusText(answer, { ...parts, responses: parts.responses.slice(0, items) });
  });
}

/** Answers 404 inside a multiget for items that exist: each with this probability, at least one. `status` may be another one (403, 500). */
export function missInMultiget(options: { probability?: number; status?: string } = {}): Fault {
  const { probability = 0.2, status = "404 Not Found" } = options;
  return spoilingFault(`${status} inside multiget`, requestKinds.multiget, (answer, { random }) => {
    const parts = readMultistatusText(answer);
    if (parts === null) return null;
    const sure = Math.floor(random.uniform() * parts.responses.length);
    return changeResponses(answer, (response, position) => {
      const hit = position === sure || random.uniform() < probability;
      return hit && isMember(response) ? statusResponse(parts.prefix, hrefOf(response) ?? "", status) : response;
    });
  });
}

/** Leaves items out of a multiget: each with this probability, at least one. */
export function omitFromMultiget(probability = 0.2): Fault {
  return spoilingFault("items left out of multiget", requestKinds.multiget, (answer, { random }) => {
    const parts = readMultistatusText(answer);
    if (parts === null) return null;
    const sure = Math.floor(random.uniform() * parts.responses.length);
    return changeResponses(answer, (response, position) => (position === sure || random.uniform() < probability ? "" : response));
  });
}
