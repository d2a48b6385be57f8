import { createSocket } from "node:dgram";
import { describe, expect, test } from "vitest";
import { systemDns } from "../src/index.ts";

const types = { txt: 16, srv: 33 };
const nameOf = (name: string): Buffer => Buffer.concat([...name.split(".").flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)]), Buffer.from([0])]);

function srvData(host: string, port: number): Buffer {
  const head = Buffer.alloc(6);
  head.writeUInt16BE(1, 0);
  head.writeUInt16BE(port, 4);
  return Buffer.concat([head, nameOf(host)]);
}

/** A DNS server on loopback (RFC 1035 section 4) that knows the records of `_caldavs._tcp.example.org`. */
async function withDns(run: (server: string) => Promise<void>): Promise<void> {
  const socket = createSocket("udp4");
  socket.on("message", (query, from) => {
    const end = query.indexOf(0, 12) + 1;
    const type = query.readUInt16BE(end);
    const known = query.subarray(12, end).toString("latin1").toLowerCase() === nameOf("_caldavs._tcp.example.org").toString("latin1");
    const path = Buffer.from("path=/dav/");
    const data = !known ? null : type === types.srv ? srvData("cal.example.org", 8443) : type === types.txt ? Buffer.concat([Buffer.from([path.length]), path]) : null;
    const head = Buffer.from(query.subarray(0, 12));
    head.writeUInt16BE(known ? 0x8180 : 0x8183, 2);
    head.writeUInt16BE(data === null ? 0 : 1, 6);
    head.writeUInt32BE(0, 8);
    const answer = Buffer.alloc(12);
    answer.writeUInt16BE(0xc00c, 0);
    answer.writeUInt16BE(type, 2);
    answer.writeUInt16BE(1, 4);
    answer.writeUInt16BE(data?.length ?? 0, 10);
    socket.send(Buffer.concat([head, query.subarray(12, end + 4), ...(data === null ? [] : [answer, data])]), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  try {
    await run(`127.0.0.1:${socket.address().port}`);
  } finally {
    socket.close();
  }
}

describe("DNS", () => {
  test("a domain's service and path are read from a real answer; a name without records throws", async () => {
    await withDns(async (server) => {
      const { srv, txt } = systemDns([server]);
      expect(await srv("_caldavs._tcp.example.org")).toMatchObject([{ name: "cal.example.org", port: 8443, priority: 1, weight: 0 }]);
      expect(await txt("_caldavs._tcp.example.org")).toEqual([["path=/dav/"]]);
      await expect(srv("_caldavs._tcp.example.com")).rejects.toThrow("ENOTFOUND");
    });
  });
});
