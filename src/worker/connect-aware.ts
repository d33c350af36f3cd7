import type { StreamHandlers } from "./ports.js";

/** Stream handlers that may also want to know when the connection stands, before any message has arrived. */
export type ConnectAwareHandlers = StreamHandlers & {
  /** The connection is up and the call is on its way. Called at most once, and never after `onEnd`. */
  onConnected?(): void;
};
