/** Waits until a channel is connected: a stream has no deadline, so the time to get connected is bounded here. */
import { type Client, connectivityState } from "@grpc/grpc-js";

/** What becomes of the wait. */
export interface ConnectedWatch {
  /** Nobody waits any more. */
  isOver(): boolean;
  /** The channel is connected. */
  onConnected(): void;
  /** It was not within the limit. */
  onLate(): void;
}

/** Looks whether the client's channel gets connected within `limitMs`; calls one of both functions at most once. */
export function watchConnected(client: Client, limitMs: number, watch: ConnectedWatch): void {
  const channel = client.getChannel();
  const deadline = Date.now() + limitMs;
  const look = (): void => {
    if (watch.isOver()) return;
    const state = channel.getConnectivityState(false);
    if (state === connectivityState.READY) {
      watch.onConnected();
      return;
    }
    channel.watchConnectivityState(state, deadline, (late) => {
      if (late === undefined) look();
      else if (!watch.isOver()) watch.onLate();
    });
  };
  look();
}
