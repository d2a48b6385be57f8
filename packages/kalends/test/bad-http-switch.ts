import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A loopback port that hands each request to one of several servers, bytes as they are: resets, stalls and broken heads come through. */
export interface PortSwitch {
  host: string;
  /** Chooses the port of the server for a request; its head and body as latin1 text. */
  choose: (request: string) => number;
  close(): Promise<void>;
}

export async function openPortSwitch(): Promise<PortSwitch> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    keep(client);
    handle(client, (request) => self.choose(request), keep);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const self: PortSwitch = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    choose: () => 0,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
  return self;
}

function handle(client: Socket, choose: (request: string) => number, keep: (socket: Socket) => void): void {
  let waiting = "";
  let upstream: { socket: Socket; port: number } | null = null;
  client.on("error", () => upstream?.socket.destroy());
  client.on("close", () => upstream?.socket.destroy());
  client.on("data", (bytes) => {
    waiting += bytes.toString("latin1");
    const headEnd = waiting.indexOf("\r\n\r\n");
    if (headEnd < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(waiting.slice(0, headEnd))?.[1] ?? 0);
    if (waiting.length < headEnd + 4 + length) return;
    const request = waiting;
    waiting = "";
    const port = choose(request);
    if (upstream?.port !== port || upstream.socket.destroyed) {
      upstream?.socket.removeAllListeners("close").destroy();
      upstream = { socket: openUpstream(client, port), port };
      keep(upstream.socket);
    }
    upstream.socket.write(request, "latin1");
  });
}

function openUpstream(client: Socket, port: number): Socket {
  const socket = connect(port, "127.0.0.1");
  let wasReset = false;
  socket.on("data", (bytes) => {
    if (client.write(bytes)) return;
    socket.pause();
    client.once("drain", () => socket.resume());
  });
  socket.on("error", () => (wasReset = true));
  socket.on("end", () => client.end());
  socket.on("close", () => (wasReset ? client.resetAndDestroy() : client.end()));
  return socket;
}
