/** `configstream status`. */
import type { Command } from "commander";
import { type ConsumerStatus, createConsumer, type Reader } from "configstream-consumer";
import { startAndWait } from "../connection/connection.js";
import { addConnectionOptions, type ConnectionOptions, consumerOptions } from "../connection/options.js";
import { type Found, findPlace, type Place } from "../connection/place.js";
import { CommandFailure } from "../exit.js";
import { addNotes } from "../help.js";
import type { Io } from "../io.js";
import { formatBytes, formatCount, formatMs, plural } from "../terminal/format.js";
import { jsonText, printable } from "../terminal/printable.js";
import { type Style, styleFor, styleOfSource } from "../terminal/style.js";

interface StatusOptions extends ConnectionOptions {
  readonly json?: boolean;
}

interface Report {
  readonly place: Place;
  readonly status: ConsumerStatus;
  /** From the start to the first readable settings; `undefined`: there were none. */
  readonly readyMs: number | undefined;
  /** Settings by the source that wins them. */
  readonly sources: ReadonlyMap<string, number>;
  /** Why it is not live. */
  readonly problem: string | undefined;
}

export function addStatus(program: Command, io: Io): void {
  const command = program
    .command("status")
    .description("connect once, and tell how that went and what the core agent has")
    .option("--json", "as JSON");
  addNotes(
    command,
    ["Ends with 0 when settings arrived in time, and with 1 otherwise; configstream doctor then finds out why."],
    ["configstream status --data-dir /etc/datadog-agent", "configstream status --json | jq .settings"],
  );
  addConnectionOptions(command).action(async (options: StatusOptions) => {
    const report = await connectOnce(options, io);
    const style = styleFor(io.out, io.env);
    io.out.write(options.json ? `${jsonText(asJson(report), 2)}\n` : asText(report, style));
    if (report.problem !== undefined) {
      throw new CommandFailure("The core agent sent no settings in time; configstream doctor finds out why.");
    }
  });
}

async function connectOnce(options: StatusOptions, io: Io): Promise<Report> {
  const place = await findPlace(options, io);
  const consumer = createConsumer(consumerOptions(place, options));
  try {
    const startedAtMs = performance.now();
    const problem = await startAndWait(consumer, options.timeout * 1_000, io.interrupt).then(
      () => undefined,
      (thrown: unknown) => {
        if (thrown instanceof CommandFailure) return thrown.message;
        throw thrown;
      },
    );
    const readyMs = problem === undefined ? performance.now() - startedAtMs : undefined;
    return { place, status: consumer.status(), readyMs, sources: countSources(consumer.reader()), problem };
  } finally {
    await consumer.stop();
  }
}

function countSources(reader: Reader): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const view = reader.view();
  for (const key of view.keys()) {
    const source = view.getSource(key);
    counts.set(source, (counts.get(source) ?? 0) + 1);
  }
  return new Map([...counts].sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1)));
}

function asJson({ place, status, readyMs, sources, problem }: Report): object {
  const { state, step, sequenceId, origin, keys, regionBytes, lastError, attempt } = status;
  return {
    state,
    step,
    address: place.address.value,
    authTokenFile: place.authTokenFile.value,
    ipcCertFile: place.ipcCertFile.value,
    origin: origin ?? null,
    sequenceId: sequenceId ?? null,
    settings: keys,
    sources: Object.fromEntries(sources),
    readyMs: readyMs === undefined ? null : Math.round(readyMs),
    attempts: attempt,
    regionBytes,
    problem: problem ?? null,
    lastError: lastError === undefined ? null : { code: lastError.code, message: lastError.message },
  };
}

function asText({ place, status, readyMs, sources, problem }: Report, style: Style): string {
  const { state, step, sequenceId, origin, keys, regionBytes } = status;
  const isLive = problem === undefined;
  const head = isLive ? style("green", `● ${state}`) : style("red", `● ${state}`);
  const counts = [...sources].map(([source, count]) => {
    return `${style(styleOfSource(source), printable(source))} ${formatCount(count)}`;
  });
  const facts: readonly (readonly [label: string, text: string | undefined])[] = [
    ["state", head],
    ["core agent", foundText(place.address, style)],
    ["token file", foundText(place.authTokenFile, style)],
    ["certificate", foundText(place.ipcCertFile, style)],
    ["origin", origin === undefined ? undefined : printable(origin)],
    ["sequence id", sequenceId === undefined ? undefined : String(sequenceId)],
    ["settings", isLive ? `${plural(keys, "setting")}: ${counts.join(", ")}` : undefined],
    ["ready after", readyMs === undefined ? undefined : formatMs(readyMs)],
    ["memory", isLive ? `${formatBytes(regionBytes)} shared` : undefined],
    ["waiting for", isLive ? undefined : step],
    ["problem", problem === undefined ? undefined : printable(problem)],
  ];
  return facts
    .filter(([, text]) => text !== undefined)
    .map(([label, text]) => `${style("dim", label.padEnd(12))} ${text}\n`)
    .join("");
}

function foundText({ value, from }: Found, style: Style): string {
  return `${printable(value)} ${style("dim", `(${printable(from)})`)}`;
}
