/**
 * Every failure that leaves this library is a {@link ConfigStreamError} with one code of a closed set.
 *
 * Errors cross threads as plain {@link SerializedError}s, because structured clone drops class and custom fields.
 */

import type { HeldSetting } from "./held-setting.js";
import { describeThrown, isError } from "./thrown.js";
import type { StartupStep } from "./types.js";

/** What went wrong, and whether trying again can help. Each code is documented where it stands. */
export const errorCodes = {
  /** An option has a wrong name, type or value. Fix the call; retrying cannot help. */
  invalid_option: { retry: false },
  /** A credential file is missing, unreadable, empty or malformed. Retried until it appears. */
  credentials: { retry: true },
  /** The core agent could not be reached, or the connection broke. */
  unavailable: { retry: true },
  /** TLS failed: the core agent showed another certificate, or refused ours. */
  tls: { retry: true },
  /** The core agent refused the token or the session. */
  unauthenticated: { retry: true },
  /** Registration with the Remote Agent Registry failed. */
  registration: { retry: true },
  /** The stream ended or failed after it was open. */
  stream: { retry: true },
  /** A message from the core agent was not understood, and was refused whole. */
  bad_message: { retry: true },
  /** A message was larger than `maxReceiveMessageBytes`. */
  message_too_large: { retry: true },
  /** A limit on keys, value size, region size or heap would have been exceeded; that state, or that value alone, was refused. */
  limit_exceeded: { retry: false },
  /** A wait ended before its condition came true. The consumer goes on. */
  timeout: { retry: true },
  /** The consumer was stopped while the call was pending, or before it was made. */
  stopped: { retry: false },
  /** The worker thread died; a new one is being started, unless `details.keepsTrying` is false: then none could be started at all. */
  worker_died: { retry: true },
  /** A subscription's buffer overflowed and its policy is `disconnect`. Subscribe again. */
  subscriber_overflow: { retry: true },
  /** A shared region has another magic number or layout version: two versions of this library are mixed. */
  incompatible_region: { retry: false },
  /** A view could not be made consistent within its bound. Try again. */
  view_contended: { retry: true },
  /**
   * The settings of a binding are refused, by its schema, by a function of yours, or because a required one is missing. Thrown when
   * the binding is made; afterwards its `lastError`, until a change makes them good. Fix the settings.
   */
  refused_value: { retry: false },
  /**
   * Settings of the option `required` are missing or held. `details.missing` and `details.held` name all of them. The consumer goes
   * on: they may still arrive.
   */
  required_settings: { retry: true },
  /** Node.js runs with a flag, or in a place, that this library cannot work with. The message names it. */
  unsupported: { retry: false },
  /** A YAML file could not be parsed or has the wrong shape. */
  invalid_config_file: { retry: false },
  /** The address to listen on is taken or not available. */
  address_unavailable: { retry: false },
  /** `configstream-consumer/register` has made no consumer for this thread. */
  not_registered: { retry: false },
  /** A defect of this library. Please report it. */
  internal: { retry: false },
} as const;

/** One of the codes of {@link errorCodes}. */
export type ErrorCode = keyof typeof errorCodes;

/** What programs want to know of an error, so that nothing has to be read out of its sentence. All may be missing. */
export interface ErrorDetails {
  /** What happened, as a sentence without the advice, or without what happens next. */
  readonly what?: string;
  /** What to do about it, as a sentence. */
  readonly advice?: string;
  /** The failure itself, where the message also says how long was waited because of it. */
  readonly reason?: string;
  /** The file that it is about. */
  readonly path?: string;
  /** The step of start-up that was waited for. */
  readonly step?: StartupStep;
  /** Whether the consumer goes on trying by itself. */
  readonly keepsTrying?: boolean;
  /** When it tries again, in ms from the moment of the error. */
  readonly retryInMs?: number;
  /** How long was waited, in ms. */
  readonly waitedMs?: number;
  /** The option whose limit was exceeded, such as `limits.maxKeys`. */
  readonly limit?: string;
  /** Required keys that are not there, and that are not held. */
  readonly missing?: readonly string[];
  /** Required keys that are held, because what arrived broke a guard, and that have no good value. */
  readonly held?: readonly HeldSetting[];
  /** What is wrong with which settings. */
  readonly issues?: readonly ValueIssue[];
}

/** What is wrong with a setting; holds no value. */
export interface ValueIssue {
  /** Dotted key, or what is below a map of that key; empty when it is about no single one. */
  readonly path: string;
  /** A sentence; that of a schema without the values that it quotes. */
  readonly message: string;
}

/** What an error of this library may be made with. */
export interface ErrorOptions {
  readonly cause?: unknown;
  readonly details?: ErrorDetails;
}

/** An error as it crosses a thread border. */
export interface SerializedError {
  readonly configStreamError: true;
  readonly code: ErrorCode;
  readonly message: string;
  readonly cause: string | undefined;
  readonly details?: ErrorDetails;
}

/** Base class of all errors of this library. */
export class ConfigStreamError extends Error {
  /** Which kind of failure this is. */
  readonly code: ErrorCode;
  /** What the message says, for programs. Frozen. */
  readonly details: ErrorDetails;
  declare name: string;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    giveName(this, "ConfigStreamError");
    this.details = Object.freeze({ ...options.details });
  }

  /** True when the same call, or the consumer by itself, may succeed later. */
  get retryable(): boolean {
    return errorCodes[this.code].retry;
  }

  /** The plain form that survives `postMessage`. */
  serialize(): SerializedError {
    const { cause } = this;
    return {
      configStreamError: true,
      code: this.code,
      message: this.message,
      details: this.details,
      // Of foreign errors without the message, which is unchecked.
      cause:
        cause === undefined || typeof cause === "string" ? cause : (ownError(cause)?.message ?? describeThrown(cause)),
    };
  }

  /** Rebuilds an error, of the right class, from its plain form. */
  static deserialize(plain: SerializedError): ConfigStreamError {
    const { cause, details = {} } = plain;
    const options = cause === undefined ? { details } : { cause, details };
    switch (plain.code) {
      case "stopped":
        return new ConsumerStoppedError(plain.message, options);
      case "timeout":
        return new WaitTimeoutError(plain.message, options);
      case "subscriber_overflow":
        return new SubscriberOverflowError(plain.message, options);
      case "invalid_option":
        return new InvalidOptionError(plain.message, options);
      default:
        return new ConfigStreamError(plain.code, plain.message, options);
    }
  }

  /**
   * Turns anything that was thrown into a {@link ConfigStreamError}; one that already is one stays itself. Of any other error
   * neither message nor object is kept, only its name, code and place: it may quote a token or a value.
   */
  static from(thrown: unknown, code: ErrorCode = "internal"): ConfigStreamError {
    return ownError(thrown) ?? new ConfigStreamError(code, `Unexpected ${describeThrown(thrown)}.`);
  }
}

/** An option of a public call has a wrong name, type or value. */
export class InvalidOptionError extends ConfigStreamError {
  constructor(message: string, options?: ErrorOptions) {
    super("invalid_option", message, options);
    giveName(this, "InvalidOptionError");
  }
}

/** The consumer was stopped while the call was pending, or before it was made. */
export class ConsumerStoppedError extends ConfigStreamError {
  constructor(message = "The consumer was stopped.", options?: ErrorOptions) {
    super("stopped", message, options);
    giveName(this, "ConsumerStoppedError");
  }
}

/** A wait ended before its condition came true. The consumer goes on. */
export class WaitTimeoutError extends ConfigStreamError {
  constructor(message: string, options?: ErrorOptions) {
    super("timeout", message, options);
    giveName(this, "WaitTimeoutError");
  }
}

/** A subscription's buffer overflowed and its policy is `disconnect`. */
export class SubscriberOverflowError extends ConfigStreamError {
  constructor(message: string, options?: ErrorOptions) {
    super("subscriber_overflow", message, options);
    giveName(this, "SubscriberOverflowError");
  }
}

/**
 * The name is written out in each class, because a bundler that shortens names would change what `new.target.name` says; and it
 * is defined, not assigned, because that fails in a process that has frozen `Error.prototype`.
 */
function giveName(error: ConfigStreamError, name: string): void {
  Object.defineProperty(error, "name", { value: name, writable: true, configurable: true, enumerable: true });
}

/** True for the plain form of an error; works across realms, where `instanceof` does not. */
export function isSerializedError(value: unknown): value is SerializedError {
  return typeof value === "object" && value !== null && (value as SerializedError).configStreamError === true;
}

/** One of our own errors, be it from another copy of this module; `undefined` for anything else that was thrown. */
function ownError(thrown: unknown): ConfigStreamError | undefined {
  try {
    if (thrown instanceof ConfigStreamError) return thrown;
    if (isSerializedError(thrown)) return ConfigStreamError.deserialize(thrown);
    const serialize: unknown = isError(thrown) && (thrown as Partial<ConfigStreamError>).serialize;
    if (typeof serialize !== "function") return undefined;
    // From another copy of this module, as a bundle may hold.
    const plain: unknown = serialize.call(thrown);
    return isSerializedError(plain) ? ConfigStreamError.deserialize(plain) : undefined;
  } catch {
    // Its getters throw, or it is a proxy: foreign in any case.
    return undefined;
  }
}
