/** Makes the process's consumer ready, or says in one sentence why not. */
import { writeSync } from "node:fs";
import { createConsumer } from "../main/consumer/consumer.js";
import { isRegistered, setRegistered } from "../main/consumer/registered.js";
import type { Environment } from "../main/consumer/resolve.js";
import { ConfigStreamError } from "../shared/errors.js";
import { registerSettings } from "./settings.js";

/** As those of the `configstream` command. */
const exitCodes = { notReady: 1, usage: 2 } as const;

/** Resolves when the application may run. Ends the process otherwise. */
export async function register(env: Environment): Promise<void> {
  if (isRegistered()) return;
  const { consumer, onTimeout } = made(env);
  setRegistered(consumer);
  try {
    await consumer.start();
    await consumer.waitReady();
  } catch (thrown) {
    if (onTimeout === "exit") end(thrown, exitCodes.notReady);
    tell(`${messageOf(thrown)} The application runs on without settings, until they arrive.`);
  }
}

function made(env: Environment) {
  try {
    const { onTimeout, ...options } = registerSettings(env);
    return { consumer: createConsumer(options), onTimeout };
  } catch (thrown) {
    return end(thrown, exitCodes.usage);
  }
}

function end(thrown: unknown, exitCode: number): never {
  const error = ConfigStreamError.from(thrown);
  // What happens next, the process ends, is not what the message says.
  tell(error.details.keepsTrying === undefined ? error.message : (error.details.what ?? error.message));
  process.exit(exitCode);
}

function messageOf(thrown: unknown): string {
  return ConfigStreamError.from(thrown).message;
}

/** At once: a process that ends does not wait for a stream. */
function tell(message: string): void {
  writeSync(2, `configstream-consumer/register: ${message}\n`);
}
