/** Something that goes wrong on purpose. What is left out of a fault stays as the server would have done it. */
export interface ScriptedFault {
  /** Only requests with this method. */
  method?: string;
  /** Only paths that contain this text, or match this expression. */
  path?: string | RegExp;
  /** Only requests for this report, such as `sync-collection`. */
  report?: string;
  /** How many matching requests it meets. Default 1; `Infinity` until it is cancelled. */
  times?: number;
  /** Answers with this status instead of handling the request (default 200 where `body` is given). */
  status?: number;
  /** More headers, over those of the answer. */
  headers?: Record<string, string>;
  /** Answers with this body instead of handling the request. */
  body?: string;
  /** Changes the real answer's body, after the request was handled. */
  rewriteBody?: (body: string) => string;
  /** Cuts the connection after that many bytes of the body. The request is handled all the same; 0 loses the whole answer. */
  cutAfterBytes?: number;
  /** Waits that long, by the sandbox's clock, before the answer. */
  delayMs?: number;
  /** Never answers. The connection stays open until the client or `close()` ends it. */
  hang?: boolean;
}

/** The script of faults, worked through in the order of `next` calls. */
export interface FaultScript {
  /** Adds a fault for the next matching request. The returned function takes it back. */
  next(fault: ScriptedFault): () => void;
  /** Forgets everything that has not happened yet. */
  clear(): void;
  /** How many faults still wait. */
  readonly waiting: number;
}

interface WaitingFault {
  fault: ScriptedFault;
  left: number;
}

/** A fault script together with the server's side of it. */
export interface FaultQueue extends FaultScript {
  /** The first waiting fault that meets the request; uses it up by one. */
  take(request: { method: string; path: string; report: string | null }): ScriptedFault | null;
}

export function faultQueue(): FaultQueue {
  const waiting = new Set<WaitingFault>();
  return {
    next(fault) {
      const entry = { fault, left: fault.times ?? 1 };
      if (entry.left > 0) waiting.add(entry);
      return () => {
        waiting.delete(entry);
      };
    },
    clear: () => waiting.clear(),
    get waiting() {
      return waiting.size;
    },
    take(request) {
      for (const entry of waiting) {
        if (!meets(entry.fault, request)) continue;
        entry.left--;
        if (entry.left <= 0) waiting.delete(entry);
        return entry.fault;
      }
      return null;
    },
  };
}

function meets(fault: ScriptedFault, request: { method: string; path: string; report: string | null }): boolean {
  if (fault.method !== undefined && fault.method !== request.method) return false;
  if (fault.report !== undefined && fault.report !== request.report) return false;
  if (fault.path === undefined) return true;
  return typeof fault.path === "string" ? request.path.includes(fault.path) : fault.path.test(request.path);
}
