import type { Fault, ProxyAnswer, ProxyExchange, ProxyRequest } from "./fault.ts";

type Spoil = Fault["spoil"];

function wrap(fault: Fault, concerns: Fault["concerns"], spoil: Spoil): Fault {
  return { name: fault.name, concerns, spoil, honour: (exchange) => fault.honour?.(exchange) ?? Promise.resolve(null) };
}

/** The first `count` requests that it concerns, then never again. */
export function times(count: number, fault: Fault): Fault {
  let left = count;
  return wrap(
    fault,
    (request) => left > 0 && fault.concerns(request),
    async (exchange) => {
      if (left === 0) return null;
      // Taken before the wait, so that requests at the same time do not share a turn.
      left -= 1;
      const answer = await fault.spoil(exchange);
      if (answer === null) left += 1;
      return answer;
    },
  );
}

/** One request that it concerns. */
export function once(fault: Fault): Fault {
  return times(1, fault);
}

/** By chance, with this probability, from the proxy's own seeded source. */
export function sometimes(probability: number, fault: Fault): Fault {
  return wrap(fault, fault.concerns, (exchange) => (exchange.random.uniform() < probability ? fault.spoil(exchange) : Promise.resolve(null)));
}

/** Only for requests that this holds of; see `requestKinds`. */
export function when(holds: (request: ProxyRequest) => boolean, fault: Fault): Fault {
  return wrap(fault, (request) => holds(request) && fault.concerns(request), fault.spoil);
}

/** Lets the first `count` requests that it concerns pass. */
export function after(count: number, fault: Fault): Fault {
  let passed = 0;
  return wrap(fault, fault.concerns, (exchange) => {
    if (passed >= count) return fault.spoil(exchange);
    passed += 1;
    return Promise.resolve(null);
  });
}

/** One after the other, each for one request that it concerns; then nothing. Faults used side by side would fall on the same request. */
export function inTurn(...sequence: readonly Fault[]): Fault {
  let at = 0;
  return {
    name: sequence.map(({ name }) => name).join(", then "),
    concerns: (request) => sequence[at]?.concerns(request) === true,
    spoil: async (exchange) => {
      const fault = sequence[at];
      if (fault === undefined) return null;
      at += 1;
      exchange.call(fault.name);
      return await fault.spoil(exchange);
    },
    honour: (exchange) => honourAny(sequence, exchange),
  };
}

/** One of several by chance, each as likely. */
export function oneOf(...choices: readonly Fault[]): Fault {
  return {
    name: choices.map(({ name }) => name).join(" or "),
    concerns: (request) => choices.some((choice) => choice.concerns(request)),
    spoil: (exchange) => {
      const fitting = choices.filter((choice) => choice.concerns(exchange.request));
      const chosen = fitting[Math.floor(exchange.random.uniform() * fitting.length)];
      if (chosen === undefined) return Promise.resolve(null);
      exchange.call(chosen.name);
      return chosen.spoil(exchange);
    },
    honour: (exchange) => honourAny(choices, exchange),
  };
}

async function honourAny(choices: readonly Fault[], exchange: ProxyExchange): Promise<ProxyAnswer | null> {
  for (const choice of choices) {
    const owed = await choice.honour?.(exchange);
    if (owed !== null && owed !== undefined) return owed;
  }
  return null;
}
