export { createEngine, type Engine, type EngineOptions } from "./engine.ts";
export type { AccountInput } from "./accounts/create-account.ts";
export type { OrganizationTransaction } from "./join/organization-transaction.ts";
export type { OrganizationEngine } from "./organization-engine.ts";
export type { BeginConnectInput, BegunConnect } from "./connect/begin-connect.ts";
export type { CompleteConnectInput, CompletedConnect } from "./connect/complete-connect.ts";
export type { ConnectAnswer } from "./connect/read-answer.ts";
export type { ConnectInput, ConnectResult, ReconnectInput } from "./connect/connect-login.ts";
export type { DisconnectOptions, DisconnectReport, Disposition } from "./disconnect/disconnect.ts";
export type { CalendarListReport } from "./calendars/refresh-calendars.ts";
export type { FreeBusyRequest } from "./read/read-free-busy.ts";
export type { OccurrenceList, OccurrenceRequest } from "./read/list-occurrences.ts";
export { notificationPath, readNotificationPath } from "./watches/notification-path.ts";
export type { NotificationVerdict } from "./watches/receive-notification.ts";
export type { Scheduler, WorkerState } from "./schedule/scheduler.ts";
export { defaultSettings, type EngineSettings } from "./settings.ts";
export type { SyncOptions } from "./sync/sync-calendar.ts";
export type { SyncManyOptions, SyncManyReport } from "./sync/sync-many.ts";
export type { SyncProgress, SyncReport } from "./sync/sync-report.ts";
export { planChanges, type ChangePlan, type PlanInput } from "./sync/plan-changes.ts";
export { guardObject, guardPage, guardRemoved, sweepIsBelievable } from "./sync/guard-plan.ts";
export { deriveBusySpans, type DerivedSpans, type TimingPart } from "./sync/derive-busy-spans.ts";
export { minimize, type MinimalObject } from "./sync/minimize.ts";
export { accountNeeds, type AccountNeeds } from "./permissions/account-needs.ts";
export type { KeyCare, KeyRotationOptions, KeyRotationProgress, KeyRotationReport } from "./keys/key-care.ts";
export type { AlertBoard } from "./alerts/alert-board.ts";
export type { AuditTrail } from "./audit/audit-trail.ts";
export type { ApplicationDirectory, ApplicationInput, AuthorizationInput, AuthorizationLimits } from "./applications/application-directory.ts";
export type {
  ApplicationAccount, ApplicationCalendar, ApplicationEngine, ApplicationStatus, AuthorizedAccount,
} from "./applications/application-engine.ts";
export type { ApplicationBusyAccount, ApplicationBusyAnswer, ApplicationBusyRequest } from "./applications/read-busy.ts";
export type { ApplicationEvents, ApplicationEventsRequest } from "./applications/read-events.ts";
export { writeScopes, type WriteAction } from "./applications/check-write.ts";
export type { ListedInvitation, MemberDirectory, NewInvitation } from "./organizations/member-directory.ts";
export type { ProvisionedGroupInput, ProvisionedUserInput } from "./provisioning/provisioned-input.ts";
export type { ProvisioningDirectory } from "./provisioning/provisioning-directory.ts";
export { actions, defaultRoleActions, mayDo, type Action, type RoleActions } from "./organizations/role-actions.ts";
export {
  alertActions, applicationActions, applicationReadActions, auditActions, memberActions, organizationActions, provisioningActions,
  type MethodActions,
} from "./organizations/acting-as.ts";
export { defaultApplicationId } from "./permissions/default-application.ts";
export { planRules, type RulesInput } from "./permissions/plan-rules.ts";
export {
  missingScopes, planProviderScopes, providerFeatures, providerScopes, requireGranted, type ProviderFeature,
} from "./permissions/provider-scopes.ts";
export type { CredentialRenewal } from "./runtime.ts";
export { sealingStore } from "./seal/sealing-store.ts";
export type { RetentionDesk } from "./retention/retention-desk.ts";
export type { RetentionRunOptions, RetentionRunReport } from "./retention/run-retention.ts";
export type { ErasureDesk } from "./erasure/erasure-desk.ts";
export type { AccountExport, ExportedCalendar } from "./erasure/export-account.ts";
export type { ForgetReport } from "./erasure/forget.ts";
export type { ErasureSubject, ForgetOptions } from "./erasure/erasure-subject.ts";
export { verifyReceipt, type ErasureProof, type ErasureReceipt, type ReceiptBody } from "./erasure/receipt.ts";
export { budgetedTransport, type RequestBudget } from "./schedule/budgeted-transport.ts";
export { storedPauses } from "./schedule/stored-pauses.ts";
