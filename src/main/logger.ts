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
      logger[level](message);
    } catch {
      // Nobody is left to be told.
    }
  };
  return { debug: guard("debug"), info: guard("info"), warn: guard("warn"), error: guard("error") };
}

/**
 * Something that the application's code threw, without its message, which may quote a setting's value: the name of the
 * error and the line of code that it came from.
 */
export function describeThrown(thrown: unknown): string {
  if (!(thrown instanceof Error)) return `a thrown ${typeof thrown}`;
  const from = /^\s+(at .*)$/m.exec(thrown.stack ?? "")?.[1];
  return from === undefined ? thrown.name : `${thrown.name} ${from}`;
}
