/** `configstream doctor`. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { addConnectionOptions, addGuardsOption, type ConnectionOptions, callTimeoutMs } from "../connection/options.js";
import { findPlace } from "../connection/place.js";
import { registrationCheck, snapshotCheck, streamCheck, tokenCheck } from "../doctor/calls.js";
import { closeContext, type DoctorContext } from "../doctor/context.js";
import { certificateCheck, certificateFileCheck, optionsCheck, tokenFileCheck } from "../doctor/files.js";
import { guardsCheck } from "../doctor/guards.js";
import { hostCheck, tcpCheck, tlsCheck } from "../doctor/network.js";
import { checkLines, diagnosisJson, verdict } from "../doctor/print.js";
import { type Check, runChecks } from "../doctor/run.js";
import { CommandFailure, exitCodes } from "../exit.js";
import { addNotes } from "../help.js";
import type { Io } from "../io.js";
import { jsonText } from "../terminal/printable.js";
import { styleFor } from "../terminal/style.js";

interface DoctorOptions extends ConnectionOptions {
  readonly json?: boolean;
  readonly maxMessage: number;
}

/** In the order in which a consumer meets them. */
const checks: readonly Check<DoctorContext>[] = [
  optionsCheck,
  tokenFileCheck,
  certificateFileCheck,
  certificateCheck,
  hostCheck,
  tcpCheck,
  tlsCheck,
  tokenCheck,
  registrationCheck,
  streamCheck,
  snapshotCheck,
];

export function addDoctor(program: Command, io: Io): void {
  const command = program
    .command("doctor")
    .description("find out why settings do not arrive: checks each step on the way, and says what to do")
    .option("--json", "as JSON")
    .addOption(
      new Option("--max-message <bytes>", "largest message that is accepted, as the consumer's maxReceiveMessageBytes")
        .argParser(parseBytes)
        .default(128 * 1024 * 1024),
    );
  addNotes(
    command,
    [
      "Checks options, token file, certificate file, certificate (key, dates, names), host name, TCP, TLS, token, registration, " +
        "stream and first snapshot. A check whose ground has failed is skipped. Ends with 0 when nothing failed, with 1 " +
        "otherwise. Registers one session, which the core agent forgets by itself. Prints no token, key or value.",
      "With --guards it says which settings an application with these guards would hold back, which is a warning.",
    ],
    ["configstream doctor --data-dir /etc/datadog-agent", "configstream doctor --json | jq .cause"],
  );
  addGuardsOption(command);
  addConnectionOptions(command).action((options: DoctorOptions) => examine(options, io));
}

async function examine(options: DoctorOptions, io: Io): Promise<void> {
  const style = styleFor(io.out, io.env);
  const context: DoctorContext = {
    findPlace: () => findPlace(options, io),
    snapshotTimeoutMs: options.timeout * 1_000,
    callTimeoutMs: callTimeoutMs(options.timeout),
    maxReceiveMessageBytes: options.maxMessage,
    now: Date.now,
  };
  const width = io.out.isTerminal ? Math.min(io.out.columns, 140) : 120;
  try {
    const diagnosis = await untilInterrupted(
      runChecks(
        typeof options.guards === "string" ? [...checks, guardsCheck(options.guards)] : checks,
        context,
        () => performance.now(),
        (result) => {
          if (!options.json) io.out.write(checkLines(result, width, style));
        },
      ),
      io.interrupt,
    );
    io.out.write(options.json ? `${jsonText(diagnosisJson(diagnosis), 2)}\n` : `\n${verdict(diagnosis, width, style)}`);
    if (!diagnosis.ok) throw new CommandFailure("", exitCodes.failed);
  } finally {
    closeContext(context);
  }
}

function untilInterrupted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const interrupt = new Promise<never>((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  return Promise.race([work, interrupt]);
}

function parseBytes(text: string): number {
  const bytes = Number(text);
  if (!Number.isInteger(bytes) || bytes < 1_024 || bytes > 2 ** 31 - 1) {
    throw new InvalidArgumentError("Give a whole number of bytes from 1024 to 2147483647.");
  }
  return bytes;
}
