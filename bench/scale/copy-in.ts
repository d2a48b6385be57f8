import type { ClientBase } from "pg";

/** The part of `pg`'s connection that a COPY needs; `pg-copy-streams` uses the same. */
interface CopyConnection {
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** Runs `copy ... from stdin` with all of the data at once. */
export function copyIn(client: ClientBase, text: string, data: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const nothing = (): void => undefined;
    const command = {
      submit: (connection: CopyConnection): void => connection.query(text),
      handleCopyInResponse: (connection: CopyConnection): void => {
        connection.sendCopyFromChunk(data);
        connection.endCopyFrom();
      },
      handleCommandComplete: nothing,
      handleReadyForQuery: (): void => resolve(),
      handleError: (error: Error): void => reject(error),
      handleRowDescription: nothing,
      handleDataRow: nothing,
      callback: nothing,
    };
    client.query(command as never);
  });
}
