import { isIP } from "node:net";
import { lookup } from "node:dns/promises";
import { KalendsError } from "@kalends/model";
import { addressRefused } from "./check-target.ts";
import { isPublicAddress } from "./public-address.ts";

export interface ResolvedAddress {
  address: string;
  family: 4 | 6;
}

/** Turns a host name into all its addresses. */
export type Resolve = (host: string, signal?: AbortSignal) => Promise<readonly ResolvedAddress[]>;

/** More addresses than this are not tried, so that one name cannot cause a flood of connections. */
const mostDialled = 8;

/** The operating system's resolver. */
export const systemResolve: Resolve = async (host) => {
  const answers = await lookup(host, { all: true, verbatim: true });
  return answers.map((answer) => ({ address: answer.address, family: answer.family === 6 ? 6 : 4 }));
};

/**
 * The addresses of a host that may be dialled. One refused address refuses the whole name: a name that mixes public and private
 * addresses is no honest one. Throws `address-refused`, `network-unreachable`.
 */
export async function resolveChecked(host: string, allowed: boolean, resolve: Resolve, signal: AbortSignal): Promise<ResolvedAddress[]> {
  const literal = isIP(host);
  let answers: readonly ResolvedAddress[];
  if (literal !== 0) answers = [{ address: host, family: literal === 6 ? 6 : 4 }];
  else {
    try {
      answers = await resolve(host, signal);
    } catch (thrown) {
      if (thrown instanceof KalendsError) throw thrown;
      throw new KalendsError("network-unreachable", "The host name could not be resolved");
    }
  }
  if (answers.length === 0) throw new KalendsError("network-unreachable", "The host name could not be resolved");
  if (!allowed && !answers.every((answer) => isPublicAddress(answer.address))) throw addressRefused();
  return answers.slice(0, mostDialled).map((answer) => ({ address: answer.address, family: isIP(answer.address) === 6 ? 6 : 4 }));
}
