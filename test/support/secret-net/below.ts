/** Puts the net below consoles, streams, child processes and errors of this process. */
import crypto from "node:crypto";
import { subscribe } from "node:diagnostics_channel";
import { existsSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import type { Readable } from "node:stream";
import { inspect } from "node:util";
import { ConfigStreamError } from "../../../src/shared/errors.js";
import { hide, isMuted, later, saw } from "./net.js";

/** Once in a process. */
export async function layNet(): Promise<void> {
  for (const name of ["debug", "info", "log", "warn", "error", "trace"] as const) {
    const print = console[name].bind(console);
    console[name] = (...parts: unknown[]) => {
      saw("console", parts.map((part) => (typeof part === "string" ? part : inspect(part, { depth: 9 }))).join(" "));
      if (!isMuted()) print(...parts);
    };
  }

  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write;
    stream.write = function (this: typeof stream, chunk: string | Uint8Array, ...rest: never[]) {
      saw("output", Buffer.from(chunk as string).toString());
      return isMuted() || write.call(this, chunk, ...rest);
    } as typeof write;
  }

  // What a child process prints passes through `push` whatever the test does with the stream.
  subscribe("child_process", (message) => {
    const { process: child } = message as { process: NodeJS.EventEmitter & { stdout?: Readable; stderr?: Readable } };
    child.once("spawn", () => {
      for (const stream of [child.stdout, child.stderr]) if (stream) watch(stream);
    });
  });

  // The core agent of a test in this process names its sessions by it.
  const randomUUID = crypto.randomUUID;
  crypto.randomUUID = (...options) => {
    const id = randomUUID(...options);
    hide(id);
    return id;
  };
  syncBuiltinESMExports();

  watchErrors(ConfigStreamError);
  const built = new URL("../../../dist/shared/errors.js", import.meta.url);
  if (existsSync(built)) {
    watchErrors(((await import(built.href)) as { ConfigStreamError: object }).ConfigStreamError);
  }
}

function watch(stream: Readable): void {
  const push = stream.push;
  let last = "";
  stream.push = function (this: Readable, chunk: unknown, ...rest: never[]) {
    // With the end of what came before, because a secret may come in two pieces.
    if (chunk !== null && chunk !== undefined) {
      last = `${last.slice(-200)}${Buffer.from(chunk as string)}`;
      saw("child process", last);
    }
    return push.call(this, chunk, ...rest);
  };
}

/**
 * Every error of the library: message and cause at the moment at which it is made, because it may be caught and dropped; the rest
 * of it, which its constructor has not set by then, when the net is checked. It takes the place of the `Error` that the class
 * extends.
 */
function watchErrors(library: object): void {
  function WatchedError(...given: unknown[]): Error {
    const error = Reflect.construct(Error, given, new.target ?? Error) as Error;
    const look = () => saw("error", inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true }));
    // Without a cause the stack, which begins with the message, is all that there is yet.
    if (Object.hasOwn(error, "cause")) look();
    else saw("error", `${error.stack}\n${error.message}`);
    later(look);
    return error;
  }
  Object.setPrototypeOf(library, Object.setPrototypeOf(WatchedError, Error));
}
