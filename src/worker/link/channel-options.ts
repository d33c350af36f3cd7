/** How a channel to the core agent is set up, as grpc-js's options. */
import type { EngineParams } from "../../shared/params.js";

/** The parameters that a channel depends on. */
export type ChannelParams = Pick<
  EngineParams,
  "maxReceiveMessageBytes" | "keepaliveIntervalMs" | "keepaliveTimeoutMs" | "keepaliveRefusedIntervalMs"
>;

/** How much the core agent may send ahead. The default of 64 KiB makes a large snapshot wait for many round trips. */
const flowControlWindowBytes = 4 * 1024 * 1024;

/**
 * The options of one channel. `keepaliveRefused`: the core agent answered `too_many_pings` before. `serverName`: sent in the
 * TLS handshake in place of the host.
 */
export function channelOptions(
  params: ChannelParams,
  keepaliveRefused: boolean,
  serverName: string | undefined,
): Record<string, string | number> {
  return {
    "grpc.keepalive_time_ms": keepaliveRefused ? params.keepaliveRefusedIntervalMs : params.keepaliveIntervalMs,
    "grpc.keepalive_timeout_ms": params.keepaliveTimeoutMs,
    "grpc.keepalive_permit_without_calls": 1,
    "grpc.max_receive_message_length": params.maxReceiveMessageBytes,
    "grpc.max_send_message_length": params.maxReceiveMessageBytes,
    "grpc-node.flow_control_window": flowControlWindowBytes,
    // The engine alone decides on retries.
    "grpc.enable_retries": 0,
    "grpc.service_config_disable_resolution": 1,
    "grpc.use_local_subchannel_pool": 1,
    // The core agent is on this host or in this cluster; a web proxy must not see its credentials.
    "grpc.enable_http_proxy": 0,
    "grpc.enable_channelz": 0,
    ...(serverName === undefined ? {} : { "grpc.ssl_target_name_override": serverName }),
  };
}
