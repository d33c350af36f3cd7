/** The consumer that `configstream-consumer/register` made, for all code of this process. */
import { getEnvironmentData, isMainThread, setEnvironmentData } from "node:worker_threads";
import { ConfigStreamError } from "../../shared/errors.js";
import type { Reader } from "../reader/api.js";
import { attachReader } from "./attach.js";
import type { Consumer } from "./consumer.js";
import type { SharedConfig } from "./shared-config.js";

const name = "configstream-consumer/registered";
// Not a variable of this module: `--import` and the application may have found two copies of the package.
const here = globalThis as typeof globalThis & { [key: symbol]: Consumer | undefined };
const key = Symbol.for(name);

let attached: Reader | undefined;

/**
 * The consumer of `node --import configstream-consumer/register`. It lives in the main thread; other threads use
 * {@link getRegisteredReader}.
 *
 * Throws `not_registered` when there is none.
 */
export function getRegisteredConsumer(): Consumer {
  const consumer = here[key];
  if (consumer !== undefined) return consumer;
  throw notRegistered(
    isMainThread ? "" : "The consumer lives in the main thread; this is a worker thread, use getRegisteredReader(). ",
  );
}

/**
 * A reader for this thread, main or worker, over the configuration of `node --import configstream-consumer/register`. The same
 * one at every call.
 *
 * Throws `not_registered` when there is none.
 */
export function getRegisteredReader(): Reader {
  const consumer = here[key];
  if (consumer !== undefined) return consumer.reader();
  if (attached !== undefined) return attached;
  const shared = getEnvironmentData(name) as unknown as SharedConfig | undefined;
  if (shared === undefined) throw notRegistered("");
  attached = attachReader(shared).reader;
  return attached;
}

/** Whether a consumer is registered in this thread. */
export function isRegistered(): boolean {
  return here[key] !== undefined;
}

/** Makes a consumer the registered one, for this thread and for all threads that are started from now on. */
export function setRegistered(consumer: Consumer): void {
  here[key] = consumer;
  // Node.js gives it to every new thread, and to the threads that those start.
  setEnvironmentData(name, consumer.share() as object);
}

function notRegistered(hint: string): ConfigStreamError {
  return new ConfigStreamError(
    "not_registered",
    `No consumer is registered in this thread. ${hint}Start the application with: node --import configstream-consumer/register`,
  );
}
