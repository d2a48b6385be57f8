import type { Clock, Random } from "@kalends/model";
import { badParameter } from "./google-refused.ts";
import { randomText } from "./random-text.ts";

/** One listing that is given out in pages: what it lists was settled when it began. */
export interface Listing {
  /** Calendar or user that it belongs to. */
  serial: number;
  /** Query parameters that must not change between pages. */
  fingerprint: string;
  keys: readonly string[];
  /** What the last page carries; `null` where this listing gives none. */
  nextSyncToken: string | null;
}

/** A page of keys. */
export interface Page {
  keys: readonly string[];
  listing: Listing;
  nextPageToken: string | null;
}

interface Position {
  listing: Listing;
  offset: number;
  page: number;
  issued: number;
}

/** Hands out page tokens and finds the listing again. */
export class PageBook {
  private readonly clock: Clock;
  private readonly random: Random;
  private readonly positions = new Map<string, Position>();
  /** Looked at anew each time, so that they may change. */
  private readonly features: { pageTokenMs: number; pages: "full" | "ragged" };

  constructor(clock: Clock, random: Random, features: { pageTokenMs: number; pages: "full" | "ragged" }) {
    this.clock = clock;
    this.random = random;
    this.features = features;
  }

  first(listing: Listing, size: number): Page {
    return this.pageAt({ listing, offset: 0, page: 0, issued: this.clock.now() }, size);
  }

  /** Refuses a token that is unknown, too old, or used with another query. */
  next(token: string, serial: number, fingerprint: string, size: number): Page {
    const position = this.positions.get(token);
    if (!position || position.listing.serial !== serial || position.listing.fingerprint !== fingerprint) throw invalidToken();
    if (this.clock.now() - position.issued > this.features.pageTokenMs) throw invalidToken();
    return this.pageAt(position, size);
  }

  expireAll(): void {
    this.positions.clear();
  }

  private pageAt(position: Position, size: number): Page {
    const { listing, offset, page } = position;
    const take = this.features.pages === "ragged" ? raggedSize(page, size) : size;
    const end = offset + take;
    const keys = listing.keys.slice(offset, end);
    if (end >= listing.keys.length) return { keys, listing, nextPageToken: null };
    const token = randomText(this.random, 18);
    this.positions.set(token, { listing, offset: end, page: page + 1, issued: this.clock.now() });
    return { keys, listing, nextPageToken: token };
  }
}

/** Empty, one, half, full, and again. */
function raggedSize(page: number, size: number): number {
  return [0, 1, Math.ceil(size / 2), size][page % 4] ?? size;
}

function invalidToken(): Error {
  return badParameter("pageToken", "Invalid page token value.");
}
