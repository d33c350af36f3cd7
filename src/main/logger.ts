/** The logger that an application may give: the part of pino's shape that is used. */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

const nothing = (): void => {};

/** Says nothing. */
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** A logger whose failures stay its own: a line that cannot be written must not break what it tells about. */
export function guarded(logger: Logger): Logger {
  const guard = (level: keyof Logger) => (message: string) => {
    try {
      // A promise, for a logger that is asynchronous against its type: its rejection must not end the process.
      const written: unknown = logger[level](message);
      if (written instanceof Promise) written.catch(nothing);
    } catch {
      // Nobody is left to be told.
    }
  };
  return { debug: guard("debug"), info: guard("info"), warn: guard("warn"), error: guard("error") };
}
