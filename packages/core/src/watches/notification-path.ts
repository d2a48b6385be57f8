import type { OrganizationId, ProviderId } from "@kalends/model";

/** What is added to the address for notifications: `/google/b3Jn`. The organization's id stands there as base64url, whatever it holds. */
export function notificationPath(provider: ProviderId, organizationId: OrganizationId): string {
  return `/${encodeURIComponent(provider)}/${Buffer.from(organizationId, "utf8").toString("base64url")}`;
}

/** The inverse; `null` for a path that `notificationPath` cannot have made. */
export function readNotificationPath(path: string): { provider: ProviderId; organizationId: OrganizationId } | null {
  const [, provider, encoded] = /^\/([a-z0-9-]{1,64})\/([A-Za-z0-9_-]{1,700})$/.exec(path) ?? [];
  if (provider === undefined || encoded === undefined) return null;
  const organizationId = Buffer.from(encoded, "base64url").toString("utf8");
  return notificationPath(provider, organizationId) === path ? { provider, organizationId } : null;
}
