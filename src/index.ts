/// <reference types="node" preserve="true" />
/**
 * The public surface. No code.
 *
 * @module configstream-consumer
 */
export type { Environment } from "./files/env.js";
export type { DefaultSetting, Defaults } from "./files/known-keys.js";
export { createEffectiveConfig, type EffectiveConfig } from "./local/effective-config.js";
export type { EffectiveConfigOptions } from "./local/effective-options.js";
export {
  type AttachedControls,
  type AttachedReader,
  type AttachOptions,
  attachReader,
} from "./main/consumer/attach.js";
export { type Consumer, type ConsumerOf, createConsumer, type PlainConsumer } from "./main/consumer/consumer.js";
export type { ConsumerOptions, ConsumerOptionsOf } from "./main/consumer/options.js";
export type { WaitOptions, WaitSyncOptions } from "./main/consumer/readiness.js";
export { getRegisteredConsumer, getRegisteredReader } from "./main/consumer/registered.js";
export type { SharedConfig } from "./main/consumer/shared-config.js";
export type {
  ConsumerEmitter,
  ConsumerEvents,
  HeldNotice,
  RestartNotice,
  StateNotice,
} from "./main/notices/events.js";
export type {
  Explanation,
  PlainReader,
  PlainView,
  Proxies,
  Reader,
  ReaderOf,
  Setting,
  SettingBuilder,
  SettingConversions,
  SettingGetters,
  UpdateSubscription,
  View,
  ViewOf,
} from "./main/reader/api.js";
export type { Binding, BindingSpec, BindOptions, Bound, OnChangeOptions } from "./main/reader/bindings/binding-api.js";
export type { SchemaIssue, SchemaResult, StandardSchema } from "./main/reader/bindings/standard-schema.js";
export type {
  AnySchema,
  Bytes,
  ChangeOf,
  Duration,
  Flattened,
  IsOpen,
  KeyFor,
  KeyOf,
  MapNameFor,
  NameIn,
  SectionOf,
  SectionValue,
  Settings,
  StringMap,
  ValueAt,
} from "./main/reader/schema.js";
export { checkHealth, type Health, type HealthOptions } from "./main/status/health.js";
export type { GivenRegistry, MetricsRegistry } from "./main/status/metrics.js";
export type { ChangeSet } from "./main/subscriptions/change-sets.js";
export type { ChangeFilter } from "./main/subscriptions/filter.js";
export type { OverflowPolicy } from "./main/subscriptions/stream.js";
export type { KeyedSubscribeOptions, SubscribeOptions, Subscription } from "./main/subscriptions/subscriptions.js";
export {
  ConfigStreamError,
  ConsumerStoppedError,
  type ErrorCode,
  type ErrorDetails,
  type ErrorOptions,
  errorCodes,
  InvalidOptionError,
  type SerializedError,
  SubscriberOverflowError,
  type ValueIssue,
  WaitTimeoutError,
} from "./shared/errors.js";
export type { GuardRule, Guards, GuardType } from "./shared/guards/guard-rule.js";
export type { HeldChange, HeldSetting, ValueKind } from "./shared/held-setting.js";
export type { Logger } from "./shared/logger.js";
export { type Dialect, defaultOverrides, defaultSourcePriority, type OverrideRule } from "./shared/params.js";
export type {
  ConfigChange,
  ConfigValue,
  ErrorSummary,
  FileStatus,
  LifecycleState,
  SharedMemory,
  SourceValue,
  StartupStep,
} from "./shared/types.js";
export type { ConsumerStatus } from "./status/status.js";
