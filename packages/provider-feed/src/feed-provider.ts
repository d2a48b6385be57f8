import {
  KalendsError,
  type CalendarProvider,
  type Clock,
  type ConnectedLogin,
  type ConnectRequest,
  type ProviderAccess,
  type RemoteCalendar,
  type Transport,
} from "@kalends/model";
import { readFeedAddress } from "./feed-address.ts";
import { feedDigest } from "./feed-digest.ts";
import { readHeadline } from "./feed-headline.ts";
import { fetchFeedHead, type FeedLine } from "./fetch-feed.ts";
import { errorOfConnect } from "./map-error.ts";
import { feedHints, pullFeedPage } from "./pull-page.ts";

export interface FeedProviderOptions {
  transport: Transport;
  clock: Clock;
  /** Most bytes of one feed, and so the bound of memory. Default 16 MiB. */
  maxBytes?: number;
}

/**
 * Read-only calendars from ICS addresses (`https:`, `webcal:`). The address is the credential, so it stands as the password of a
 * `PasswordCredential` with the user name `feed`; what is stored in plain is its host alone.
 */
export function feedProvider(options: FeedProviderOptions): CalendarProvider {
  const { transport, clock, maxBytes = 16 * 1024 * 1024 } = options;
  if (!Number.isSafeInteger(maxBytes) || maxBytes < 1024) throw new KalendsError("invalid-argument", "`maxBytes` must be 1024 or more");
  const lineOf = (access: FeedLine["access"]): FeedLine => ({ transport, clock, access, maxBytes });
  return {
    id: "feed",
    listCalendars: async (access) => [await readCalendar(lineOf(access))],
    pullPage: (access, request) => pullFeedPage(lineOf(access), request),
    connect: (request) => connect(lineOf(request), request),
  };
}

async function connect(line: FeedLine, { credential }: ConnectRequest): Promise<ConnectedLogin> {
  const address = addressOf({ credential });
  try {
    const calendar = await readCalendar(line);
    // The digest tells two addresses of one host apart and gives neither away.
    return { remoteIdentity: `feed:${feedDigest(address.url.reveal())}`, label: address.host, endpoint: { origin: address.origin }, calendars: [calendar] };
  } catch (thrown) {
    throw errorOfConnect(thrown);
  }
}

/** A feed is one calendar, under one name for good. */
async function readCalendar(line: FeedLine): Promise<RemoteCalendar> {
  const { host } = addressOf(line.access);
  const headline = readHeadline(await fetchFeedHead(line));
  return { remoteKey: "feed", name: headline.name ?? host, color: headline.color, timeZone: headline.timeZone, readOnly: true, hints: feedHints(headline) };
}

function addressOf({ credential }: Pick<ProviderAccess, "credential">): ReturnType<typeof readFeedAddress> {
  if (credential.kind !== "password") throw new KalendsError("auth-unsupported", "The login of a feed is its address, kept as a password");
  return readFeedAddress(credential.password.reveal());
}
