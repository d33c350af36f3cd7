#!/usr/bin/env node
/** The `configstream` command. */
import { holdProcess } from "configstream-consumer/internal";
import { processIo } from "./io.js";
import { reportFailure, runCli } from "./program.js";

const io = processIo();

const crash = (thrown: unknown): void => {
  // Not a state to go on from; exit handlers still restore the terminal and remove temporary files.
  process.exit(reportFailure(thrown, io) || 1);
};
process.on("uncaughtException", crash);
process.on("unhandledRejection", crash);

// A consumer never keeps the process alive by itself, also not while it stops; a command waits for that to end.
const release = holdProcess();
try {
  // Set rather than exit: what is still being written to a pipe must arrive.
  process.exitCode = await runCli(process.argv.slice(2), io);
  // Who asked to stop does not wait for what a step has still open, such as a connection or a call without an answer.
  if (io.interrupt.aborted) process.exit();
} finally {
  release();
}
