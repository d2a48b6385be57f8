export { feedProvider, type FeedProviderOptions } from "./feed-provider.ts";
export { readFeedAddress, type FeedAddress } from "./feed-address.ts";
