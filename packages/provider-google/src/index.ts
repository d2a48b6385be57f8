export { googleProvider, type GoogleProviderOptions } from "./google-provider.ts";
export { googleLimits } from "./google-limits.ts";
export { defaultBudget, type BudgetLimits } from "./budget/request-budget.ts";
export { typeMeanings, type TypeMeaning } from "./events/busy-of-type.ts";
export type { ServiceAccount } from "./oauth/delegated-tokens.ts";
export type { OAuthAddresses } from "./oauth/token-endpoint.ts";
