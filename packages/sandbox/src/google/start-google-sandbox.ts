import type { AddressInfo } from "node:net";
import { KalendsError } from "@kalends/model";
import { seededRandom } from "../clock/seeded-random.ts";
import { RequestLog } from "../serving/request-log.ts";
import { faultQueue, type FaultScript } from "../serving/scripted-faults.ts";
import { consentTo, type ConsentChoice } from "./consent-to.ts";
import type { GoogleClientOptions, GoogleSandboxOptions, GoogleUserOptions } from "./google-options.ts";
import type { GoogleFeatures, GoogleState, SandboxMail } from "./google-state.ts";
import type { GoogleLoggedRequest } from "./logged-request.ts";
import { makeGoogleState } from "./make-google-state.ts";
import type { OpenChannel } from "./push/hub.ts";
import type { NotificationFault } from "./push/notification-script.ts";
import type { QuotaCounters, QuotaOptions } from "./quota.ts";
import { googleUser, type GoogleUser } from "./sandbox-google-user.ts";
import { serveGoogle } from "./serve-google.ts";
import { addServiceAccount, type ServiceAccountKey, type ServiceAccountOptions } from "./service-account.ts";

/** Addresses to configure a client with. */
export interface GoogleEndpoints {
  /** Ends with a slash; stands for `https://www.googleapis.com/`. */
  rootUrl: string;
  authorizationUrl: string;
  tokenUrl: string;
  revocationUrl: string;
  userinfoUrl: string;
  /** What `iss` says (RFC 9207). */
  issuer: string;
}

/** A running stand-in for Google's OAuth and Calendar API with its in-process hand. */
export interface GoogleSandbox {
  /** `http://127.0.0.1:PORT/` */
  readonly url: string;
  /** What to put on a transport's list of allowed hosts: `127.0.0.1:PORT`. */
  readonly allowHost: string;
  readonly endpoints: GoogleEndpoints;
  readonly users: GoogleUser[];
  /** Throws `not-found`. */
  user(email: string): GoogleUser;
  addUser(options: GoogleUserOptions): GoogleUser;
  addClient(options: GoogleClientOptions): void;
  /** Makes a service account; the result is what Google's key file holds. */
  addServiceAccount(options: ServiceAccountOptions): ServiceAccountKey;
  /** Does what a person does on the consent page. Resolves to the address that the browser is sent to. Throws `invalid-argument` where the page shows an error. */
  consent(authorizationUrl: string, choice: ConsentChoice): string;
  readonly features: GoogleFeatures;
  readonly quota: QuotaCounters & { options: QuotaOptions; reset(): void };
  readonly faults: FaultScript;
  /** What goes wrong with notifications on their way. */
  readonly notifications: {
    next(fault: NotificationFault): () => void;
    clear(): void;
    /** Resolves when every message that is due was sent and answered. */
    settled(): Promise<void>;
    readonly sent: number;
  };
  /** Watch channels that are neither stopped nor expired. */
  channels(): OpenChannel[];
  /** Mail that Google would have sent. */
  readonly mail: readonly SandboxMail[];
  /** The newest requests, oldest first (at most 20,000). */
  readonly requests: readonly GoogleLoggedRequest[];
  forgetRequests(): void;
  /** Makes every page token, or every access token, handed out so far invalid. */
  expirePageTokens(): void;
  expireAccessTokens(): void;
  /** Stops listening and ends every connection, hanging ones included. */
  close(): Promise<void>;
}

/** Starts a stand-in for Google's OAuth and Calendar API v3 on the loopback interface. It keeps everything in memory. */
export async function startGoogleSandbox(options: GoogleSandboxOptions): Promise<GoogleSandbox> {
  const faults = faultQueue();
  const log = new RequestLog<GoogleLoggedRequest>(20_000);
  let state: GoogleState | null = null;
  const running = (): GoogleState => state as GoogleState;
  const server = serveGoogle({ state: running, faults, log, onExchange: options.onExchange ?? null });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const allowHost = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const made = makeGoogleState(options, options.random ?? seededRandom(options.clock.now()), `http://${allowHost}`);
  state = made;
  return {
    url: `${made.origin}/`,
    allowHost,
    endpoints: endpointsOf(made.origin),
    get users() {
      return Array.from(made.users.values(), (user) => googleUser(made, user));
    },
    user: (email) => userOf(made, email),
    addUser(user) {
      made.addUser(user);
      return userOf(made, user.email);
    },
    addClient: (client) => made.addClient(client),
    addServiceAccount: (account) => addServiceAccount(made, account),
    consent: (url, choice) => consentTo(made, url, choice),
    features: made.features,
    quota: made.quota,
    faults,
    notifications: {
      next: (fault) => made.hub.script.next(fault),
      clear: () => made.hub.script.clear(),
      settled: () => made.hub.settled(),
      get sent() {
        return made.hub.sent;
      },
    },
    channels: () => made.hub.openChannels(),
    mail: made.mail,
    requests: log.entries,
    forgetRequests: () => log.clear(),
    expirePageTokens: () => made.pages.expireAll(),
    expireAccessTokens: () => made.tokens.expireAccessTokens(),
    close: () => {
      made.hub.close();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function userOf(state: GoogleState, email: string): GoogleUser {
  const user = state.users.get(email);
  if (!user) throw new KalendsError("not-found", "The sandbox has no Google account of that address");
  return googleUser(state, user);
}

function endpointsOf(origin: string): GoogleEndpoints {
  return {
    rootUrl: `${origin}/`,
    authorizationUrl: `${origin}/o/oauth2/v2/auth`,
    tokenUrl: `${origin}/token`,
    revocationUrl: `${origin}/revoke`,
    userinfoUrl: `${origin}/v1/userinfo`,
    issuer: origin,
  };
}
