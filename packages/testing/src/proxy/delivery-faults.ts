import { answeringFault, spoilingFault, type Fault, type ProxyAnswer } from "./fault.ts";
import { requestKinds } from "./request-kinds.ts";

/** Where an answer is cut: after so many bytes, or at this part of its length. Default: a part drawn by chance. */
export interface CutOptions {
  afterBytes?: number;
  part?: number;
}

function cutPoint(answer: ProxyAnswer, options: CutOptions, chance: number): number {
  const wanted = options.afterBytes ?? Math.floor(answer.body.length * (options.part ?? chance));
  return Math.max(0, Math.min(wanted, answer.body.length - 1));
}

/** The body ends early and HTTP sees nothing wrong with it: the announced length is that of the rest. */
export function truncate(options: CutOptions = {}): Fault {
  return spoilingFault("body cut", requestKinds.any, (answer, { random }) => {
    if (answer.body.length === 0) return null;
    return { ...answer, body: answer.body.subarray(0, cutPoint(answer, options, random.uniform())) };
  });
}

/** The connection is closed in the middle of the body. */
export function stopEarly(options: CutOptions = {}): Fault {
  return spoilingFault("connection closed in the body", requestKinds.any, (answer, { random }) => {
    if (answer.body.length === 0) return null;
    return { ...answer, delivery: { kind: "stop", afterBytes: cutPoint(answer, options, random.uniform()) } };
  });
}

const nothing: ProxyAnswer = { status: 502, headers: {}, body: Buffer.alloc(0), delivery: { kind: "reset", afterBytes: -1 } };

/** The connection is reset and the server never hears of the request. */
export function resetBefore(): Fault {
  return answeringFault("reset before the server", requestKinds.any, () => nothing);
}

/** The server does what it was asked, and the connection is reset before its answer: a write is applied and nobody knows. */
export function resetAfter(): Fault {
  return spoilingFault("reset after the server", requestKinds.any, () => nothing);
}

/** The connection is reset in the middle of the body. */
export function resetInside(options: CutOptions = {}): Fault {
  return spoilingFault("reset in the body", requestKinds.any, (answer, { random }) => {
    if (answer.body.length === 0) return null;
    return { ...answer, delivery: { kind: "reset", afterBytes: cutPoint(answer, options, random.uniform()) } };
  });
}

/** The answer comes a few bytes at a time. Default: 16 bytes every 50 ms. */
export function slowDrip(options: { bytes?: number; everyMs?: number } = {}): Fault {
  const { bytes = 16, everyMs = 50 } = options;
  return spoilingFault("slow drip", requestKinds.any, (answer) => ({ ...answer, delivery: { kind: "drip", bytes, everyMs } }));
}

/** The body never ends. Default unit: blanks, which XML allows after its root. */
export function endlessBody(options: { unit?: string; everyMs?: number } = {}): Fault {
  const { unit = " ".repeat(1024), everyMs = 5 } = options;
  return spoilingFault("endless body", requestKinds.any, (answer) => ({ ...answer, delivery: { kind: "endless", unit, everyMs } }));
}

/** The answer comes `ms` late. */
export function delay(ms: number): Fault {
  return {
    name: "delay",
    concerns: requestKinds.any,
    spoil: async ({ clock, answer }) => {
      await clock.sleep(ms);
      return await answer();
    },
  };
}
