/**
 * The wire contract, compiled from proto/ at build time: service definitions for grpc-js and the message types. The calls that
 * every consumer makes are answered without it, see methods.ts.
 */
import { createRequire } from "node:module";
import type { PackageDefinition } from "@grpc/proto-loader";
import { ConfigStreamError } from "configstream-consumer/internal";
import { contractDescriptor } from "./contract-descriptor.generated.js";

const require = createRequire(import.meta.url);

/** Loaded when it is needed: it makes code from text as soon as it is loaded, which a process may forbid. */
function protoLoader(): typeof import("@grpc/proto-loader") {
  try {
    return require("@grpc/proto-loader") as typeof import("@grpc/proto-loader");
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
    throw new ConfigStreamError(
      "unsupported",
      "This process was started with --disallow-code-generation-from-strings, and @grpc/proto-loader makes code from text. The core " +
        "agent does without it, except to look into remote agents and to send events as faults; run it in another process for those.",
      { cause: error },
    );
  }
}

/**
 * Loads the contract. Field names stay as in the .proto files; absent message fields are absent, and scalar fields
 * that are absent on the wire have proto3's zero values.
 */
export function loadContract(): PackageDefinition {
  return protoLoader().fromJSON(contractDescriptor as Parameters<ReturnType<typeof protoLoader>["fromJSON"]>[0], {
    keepCase: true,
    longs: Number,
    enums: String,
    defaults: false,
    arrays: true,
    objects: false,
    oneofs: false,
  });
}

/** `google.protobuf.Value` as proto-loader delivers it: at most one field is present. */
export interface ProtoValue {
  null_value?: unknown;
  number_value?: number;
  string_value?: string;
  bool_value?: boolean;
  struct_value?: { fields?: { [key: string]: ProtoValue } | null } | null;
  list_value?: { values?: ProtoValue[] | null } | null;
}

export interface ConfigStreamRequest {
  name?: string;
}

/** One setting, as proto-loader gives and takes it. */
export interface ProtoConfigSetting {
  source?: string;
  key?: string;
  value?: ProtoValue | null;
  unset_source?: string;
}

/** The state that replaces all settings, on the wire. */
export interface ProtoConfigSnapshot {
  origin?: string;
  sequence_id?: number;
  settings?: ProtoConfigSetting[];
}

/** The change of one setting, on the wire. */
export interface ProtoConfigUpdate {
  origin?: string;
  sequence_id?: number;
  setting?: ProtoConfigSetting | null;
}

/** A message of the stream: one of both. */
export interface ProtoConfigEvent {
  snapshot?: ProtoConfigSnapshot | null;
  update?: ProtoConfigUpdate | null;
}

export interface RegisterRemoteAgentRequest {
  pid?: string;
  flavor?: string;
  display_name?: string;
  api_endpoint_uri?: string;
  services?: string[];
}

export interface RegisterRemoteAgentResponse {
  session_id?: string;
  recommended_refresh_interval_secs?: number;
}

export interface RefreshRemoteAgentRequest {
  session_id?: string;
}

export type RefreshRemoteAgentResponse = Record<string, never>;
