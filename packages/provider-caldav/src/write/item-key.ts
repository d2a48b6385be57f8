import { KalendsError, type RemoteKey } from "@kalends/model";
import { canonicalPath, leavesFolder } from "../href.ts";

/** Checks that a key names a member of that calendar, so that no write leaves it. Throws `invalid-argument`. */
export function itemKey(url: string, remoteKey: RemoteKey): RemoteKey {
  const key = canonicalPath(remoteKey);
  const folder = folderOf(url);
  if (!key.startsWith(folder) || key.length === folder.length || leavesFolder(key)) {
    throw new KalendsError("invalid-argument", "`target.remoteKey` names no item of that calendar");
  }
  return key;
}

export function newItemKey(url: string, name: string): RemoteKey {
  return `${folderOf(url)}${name}.ics`;
}

function folderOf(url: string): string {
  return `${canonicalPath(new URL(url).pathname).replace(/\/+$/, "")}/`;
}
