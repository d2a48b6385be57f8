export {
  createKalends,
  type ConnectCaldavInput,
  type ConnectFeedInput,
  type ConnectGoogleDomainInput,
  type GoogleOptions,
  type Kalends,
  type KalendsOptions,
} from "./create-kalends.ts";
export type { KeyOptions } from "./find-key.ts";
export type { PostgresOptions } from "./open-database.ts";
export { openTelemetry, type OpenTelemetryApi } from "./telemetry/open-telemetry.ts";
export { systemClock } from "./platform/system-clock.ts";
export { systemRandom } from "./platform/system-random.ts";
export { budgetedTransport, defaultRoleActions, defaultSettings, verifyReceipt } from "@kalends/core";
export { reportPage, reportPagePolicy, retentionPresets, type PresetName, type RetentionPolicy, type RetentionReport } from "@kalends/retention";
export type {
  AccountExport,
  AccountInput,
  AlertBoard,
  AuditTrail,
  BeginConnectInput,
  BegunConnect,
  CalendarListReport,
  CompleteConnectInput,
  CompletedConnect,
  ConnectAnswer,
  ConnectInput,
  ConnectResult,
  CredentialRenewal,
  DisconnectOptions,
  DisconnectReport,
  Disposition,
  EngineSettings,
  ErasureDesk,
  ErasureReceipt,
  ForgetReport,
  FreeBusyRequest,
  KeyCare,
  KeyRotationOptions,
  KeyRotationProgress,
  KeyRotationReport,
  OccurrenceList,
  OccurrenceRequest,
  OrganizationEngine,
  OrganizationTransaction,
  RetentionDesk,
  RetentionRunReport,
  RequestBudget,
  Scheduler,
  SyncManyOptions,
  SyncManyReport,
  SyncOptions,
  SyncProgress,
  SyncReport,
  WorkerState,
} from "@kalends/core";
export { formatFreeBusyTable, type AccountFreeBusy, type CalendarFreeBusy, type FreeBusyAnswer } from "@kalends/availability";
export { KalendsError, Secret, errorCodes } from "@kalends/model";
export type * from "@kalends/model";
