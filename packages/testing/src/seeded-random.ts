import type { Random } from "@kalends/model";

/**
 * Chance that repeats: the same seed gives the same bytes and numbers on every machine. For tests and simulation only,
 * never for secrets. The generator is sfc32 (Chris Doty-Humphrey's PractRand, public domain), seeded through splitmix32.
 */
export function seededRandom(seed: number): Random {
  const next = sfc32(seed);
  return {
    bytes: (length) => {
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; at += 4) {
        const word = next();
        for (let part = 0; part < 4 && at + part < length; part += 1) bytes[at + part] = word >>> (8 * part);
      }
      return bytes;
    },
    // 53 random bits, as many as a double between 0 and 1 can hold evenly.
    uniform: () => ((next() >>> 5) * 0x4000000 + (next() >>> 6)) / 0x20000000000000,
  };
}

function sfc32(seed: number): () => number {
  // Both halves of a large seed count, each in words of its own, so that no two whole numbers share a sequence.
  const low = splitmix32(seed | 0);
  let a = low();
  let b = splitmix32(Math.floor(seed / 0x100000000) | 0)();
  let c = low();
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum >>> 0;
  };
  for (let warmUp = 0; warmUp < 12; warmUp += 1) next();
  return next;
}

function splitmix32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) | 0;
  };
}
