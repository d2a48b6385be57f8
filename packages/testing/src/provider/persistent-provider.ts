import { KalendsError, type CalendarProvider, type Clock } from "@kalends/model";

export interface PersistentOptions {
  /** For the waits between tries; a fast one, or nobody wants to sit them out. */
  clock: Clock;
  /** A UID for new objects that have none: without one a creation cannot be repeated. */
  newUid(): string;
  /** May the call succeed when it is repeated? Default: failures of the kinds `transient` and `rate-limited`, but for `aborted`. */
  mayPass?(error: KalendsError): boolean;
  /** Default 12. */
  tries?: number;
}

/**
 * The adapter with each call repeated until its outcome is certain, as an engine does: what is told of writes behind lost answers must then
 * hold as if no answer was ever lost.
 */
export function persistentProvider(provider: CalendarProvider, options: PersistentOptions): CalendarProvider {
  const { clock, newUid, mayPass = isPassing, tries = 12 } = options;
  const again = async <T>(call: () => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await call();
      } catch (thrown) {
        if (!(thrown instanceof KalendsError) || !mayPass(thrown) || attempt === tries) throw thrown;
        await clock.sleep((thrown.retryAfterMs ?? 0) + 50 * attempt);
      }
    }
  };
  const { putObject, deleteObject, connect, listSubscriptions } = provider;
  return {
    ...provider,
    listCalendars: (access) => again(() => provider.listCalendars(access)),
    pullPage: (access, request) => again(() => provider.pullPage(access, request)),
    ...(listSubscriptions === undefined ? {} : { listSubscriptions: (access) => again(() => listSubscriptions.call(provider, access)) }),
    ...(connect === undefined ? {} : { connect: (request) => again(() => connect.call(provider, request)) }),
    ...(putObject === undefined
      ? {}
      : {
          putObject: (access, request) => {
            const { object } = request;
            const named = typeof object === "function" || object.uid !== "" ? object : { ...object, uid: newUid() };
            return again(() => putObject.call(provider, access, { ...request, object: named }));
          },
        }),
    ...(deleteObject === undefined ? {} : { deleteObject: (access, request) => again(() => deleteObject.call(provider, access, request)) }),
  };
}

function isPassing({ failure, code }: KalendsError): boolean {
  return (failure === "transient" || failure === "rate-limited") && code !== "aborted";
}
