/** A consumer for the length of one command. */
import { type Consumer, type ConsumerStatus, createConsumer, type ErrorSummary } from "configstream-consumer";
import { CommandFailure } from "../exit.js";
import type { Io } from "../io.js";
import { formatMs } from "../terminal/format.js";
import { type ConnectionOptions, consumerOptions } from "./options.js";
import { findPlace } from "./place.js";

/** Connects, waits for the first settings, does the work, and stops the consumer whatever happens. */
export async function withConsumer(
  io: Io,
  given: ConnectionOptions,
  work: (consumer: Consumer) => Promise<void>,
): Promise<void> {
  const consumer = createConsumer(consumerOptions(await findPlace(given, io), given));
  try {
    await startAndWait(consumer, given.timeout * 1_000, io.interrupt);
    await work(consumer);
  } finally {
    await consumer.stop();
  }
}

/** Starts a consumer and waits for its first settings. Rejects with one sentence that says what is wrong. */
export async function startAndWait(consumer: Consumer, timeoutMs: number, signal: AbortSignal): Promise<void> {
  await consumer.start();
  const refused = new AbortController();
  const look = setInterval(() => {
    if (isRefused(consumer.status())) refused.abort();
  }, lookEveryMs);
  try {
    await consumer.waitReady({ timeoutMs, signal: AbortSignal.any([signal, refused.signal]) });
  } catch (thrown) {
    if (signal.aborted) throw signal.reason;
    const { lastError, step } = consumer.status();
    if (refused.signal.aborted && lastError !== undefined) {
      throw new CommandFailure(reasonOf(lastError), undefined, { cause: thrown });
    }
    const waited = `waited ${formatMs(timeoutMs)} for the first settings`;
    if (lastError === undefined) {
      throw new CommandFailure(`The core agent did not answer in time (${waited}, step "${step}").`, undefined, {
        cause: thrown,
      });
    }
    throw new CommandFailure(`${reasonOf(lastError)} (It ${waited}.)`, undefined, { cause: thrown });
  } finally {
    clearInterval(look);
  }
}

/** How often to check whether waiting still makes sense, in ms. */
const lookEveryMs = 50;

/** The token is not the core agent's: that does not change while a person waits. A refused session does. */
function isRefused({ step, lastError }: ConsumerStatus): boolean {
  return step === "registration" && lastError?.code === "unauthenticated";
}

/** A failure as the commands report it: they do not wait for the credential files, so the wait is not mentioned. */
export function reasonOf({ message, reason = message }: ErrorSummary): string {
  return reason;
}
