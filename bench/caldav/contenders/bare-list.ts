// The least that a client has to do at a server of any kind: list the calendar, fetch every object in pages of 100, and throw it away.
import { request as sendRequest } from "node:http";
import { reportOwnUsage } from "../../measure/own-usage.ts";
import { authorizationOf, hrefOf, multigetBody, readTask, ResponseCutter, sendReport } from "../contender.ts";

const task = readTask();

function list(push: (text: string) => void): Promise<void> {
  const body = '<d:propfind xmlns:d="DAV:"><d:prop><d:getetag/><d:resourcetype/></d:prop></d:propfind>';
  const headers = { authorization: authorizationOf(task), depth: "1", "content-type": "application/xml; charset=utf-8", "content-length": Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const request = sendRequest(task.calendarUrl, { method: "PROPFIND", headers }, (answer) => {
      if (answer.statusCode !== 207) reject(new Error(`The server answered ${answer.statusCode}`));
      answer.setEncoding("utf8").on("data", push).on("end", resolve).on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}

await reportOwnUsage(async () => {
  const hrefs: string[] = [];
  const members = new ResponseCutter((response) => {
    if (!/<(?:\w+:)?collection\b/.test(response)) hrefs.push(hrefOf(response));
  });
  await list(members.push);
  let characters = 0;
  for (let at = 0; task.phase === "first" && at < hrefs.length; at += 100) {
    await sendReport(task, "1", multigetBody(hrefs.slice(at, at + 100)), (text) => {
      characters += text.length;
    });
  }
  return { items: task.phase === "first" ? hrefs.length : 0, characters };
});
