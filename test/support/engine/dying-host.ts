/** The host of an engine that runs in no thread, and ends only when a test says so. */
import type { EngineHost } from "../../../src/main/hosting/engine-host.js";
import { ConfigStreamError } from "../../../src/shared/errors.js";

export interface DyingHost {
  readonly host: EngineHost;
  /** Its thread ends, for certain. */
  readonly die: (message?: string) => void;
}

export function dyingHost({
  up = Promise.resolve(),
  post = () => {},
  kill = () => {},
  stop = async () => {},
}: Partial<Pick<EngineHost, "up" | "post" | "kill" | "stop">> = {}): DyingHost {
  let isGone = false;
  let end = (_error: ConfigStreamError): void => {};
  const ended = new Promise<ConfigStreamError>((resolve) => {
    end = resolve;
  });
  return {
    host: {
      up,
      ended,
      post,
      kill,
      stop,
      get isGone() {
        return isGone;
      },
    },
    die(message = "It died.") {
      isGone = true;
      end(new ConfigStreamError("worker_died", message));
    },
  };
}
