import { whenRejected } from "./thrown.js";

/**
 * The logger that an application may give: the part of pino's shape that is used. Messages hold names of settings, but no values
 * and no credentials. What a method throws, or rejects with, is ignored.
 */
export interface Logger {
  /** Each further failure of an outage that was reported, and session refreshes that failed. */
  debug(message: string): void;
  /** What has become good again: an outage is over, with its length; a setting is no longer held. */
  info(message: string): void;
  /**
   * An outage begins, or lasts (at most once a minute); a setting is held or left out; a file cannot be used; a local environment
   * variable is overruled by the stream.
   */
  warn(message: string): void;
  /** The worker died, the application's own callback or parser failed, or a guards file is wrong. */
  error(message: string): void;
}

const nothing = (): void => {};

/** Says nothing. */
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** A logger whose failures stay its own: a line that cannot be written must not break what it reports on. */
export function guarded(logger: Logger): Logger {
  const guard = (level: keyof Logger) => (message: string) => {
    try {
      // A promise, for a logger that is asynchronous against its type: its rejection must not end the process.
      whenRejected(logger[level](message), nothing);
    } catch {
      // There is nowhere left to report this.
    }
  };
  return { debug: guard("debug"), info: guard("info"), warn: guard("warn"), error: guard("error") };
}
