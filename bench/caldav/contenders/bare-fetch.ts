// The least that any client has to do: ask what changed, then fetch it in pages of 500, and throw it away.
import { reportOwnUsage } from "../../measure/own-usage.ts";
import { hrefOf, multigetBody, readNotes, readTask, ResponseCutter, sendReport, syncBody, writeNotes } from "../contender.ts";

const task = readTask();
await reportOwnUsage(async () => {
  const hrefs: string[] = [];
  const list = new ResponseCutter((response) => hrefs.push(hrefOf(response)));
  await sendReport(task, "0", syncBody(readNotes<{ token: string }>(task)?.token ?? ""), list.push);
  let characters = 0;
  for (let at = 0; at < hrefs.length; at += 500) {
    await sendReport(task, "1", multigetBody(hrefs.slice(at, at + 500)), (text) => {
      characters += text.length;
    });
  }
  writeNotes(task, { token: list.token() });
  return { items: hrefs.length, characters };
});
