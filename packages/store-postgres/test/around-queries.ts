import type { PgPool, PgQuery } from "../src/index.ts";

type Send = PgPool extends { connect(): Promise<infer C> } ? (C extends { query(query: PgQuery): infer R } ? () => R : never) : never;

/** The pool with `around` in the way of every query, on whichever of its connections; `send` sends it on. */
export function aroundQueries(pool: PgPool, around: (query: PgQuery, send: Send) => ReturnType<Send>): PgPool {
  return {
    connect: async () => {
      const client = await pool.connect();
      return new Proxy(client, {
        get: (target, name) => {
          const value: unknown = Reflect.get(target, name);
          if (typeof value !== "function") return value;
          if (name !== "query") return (value as () => void).bind(target);
          return (query: PgQuery) => around(query, (() => target.query(query)) as Send);
        },
      });
    },
    end: () => pool.end(),
  };
}
