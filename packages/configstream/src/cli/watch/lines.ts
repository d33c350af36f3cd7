/** `configstream watch` as lines: one for each change, and what happens to the connection on standard error. */
import type { ConfigChange, Consumer, ConsumerStatus, Reader } from "configstream-consumer";
import { didYouMean, suggest } from "configstream-consumer/internal";
import { OutageWatch } from "../connection/outage-watch.js";
import { type Io, interrupted } from "../io.js";
import { maskSetting } from "../settings/mask.js";
import { formatMs, formatValue, plural } from "../terminal/format.js";
import { jsonText, printable } from "../terminal/printable.js";
import { type Style, styleFor, styleOfSource } from "../terminal/style.js";
import { HeldWatch } from "./held-watch.js";
import { filterOf, type WatchOptions } from "./options.js";

/** Shorter than any wait of the consumer between two attempts, so that no outage is missed. */
const lookEveryMs = 100;

export async function watchLines(consumer: Consumer, options: WatchOptions, io: Io): Promise<void> {
  const style = styleFor(io.out, io.env);
  const show = options.showSecrets === true;
  const changes = consumer.subscribe({
    ...filterOf(options),
    onChange: (change) => {
      const masked = maskChange(change, show);
      io.out.write(`${options.json ? jsonLine(masked) : plainLine(masked, style)}\n`);
    },
  });
  const tell = (kind: string, message: string) => io.err.write(stateLine(kind, message, options.json === true));
  tell("connected", connectedTo(consumer.status()));
  for (const note of unknownKeys(consumer.reader(), options.key ?? [])) tell("note", note);
  const outages = new OutageWatch();
  const held = new HeldWatch();
  const timer = setInterval(() => {
    const event = outages.look(consumer.status(), performance.now());
    if (event?.kind === "outage") tell("outage", event.reason);
    for (const { kind, message } of held.look(consumer.status().held)) tell(kind, message);
    if (event?.kind === "recovery") tell("recovery", `Updates flow again, after ${formatMs(event.lastedMs)}.`);
  }, lookEveryMs);
  try {
    await interrupted(io.interrupt);
  } finally {
    clearInterval(timer);
    changes.unsubscribe();
  }
}

function connectedTo({ keys, sequenceId, origin }: ConsumerStatus): string {
  return `Watching ${plural(keys, "setting")} of ${origin ?? ""}, sequence id ${sequenceId}.`;
}

function unknownKeys(reader: Reader, wanted: readonly string[]): readonly string[] {
  return wanted
    .filter((key) => !reader.isSet(key))
    .map((key) => {
      const near = suggest(key, reader.allKeysLowercased());
      return `There is no setting "${key}" yet; it is watched for.${didYouMean(near)}`;
    });
}

function maskChange(change: ConfigChange, show: boolean): ConfigChange {
  const { key, oldValue, newValue } = change;
  return { ...change, oldValue: maskSetting(key, oldValue, show), newValue: maskSetting(key, newValue, show) };
}

function jsonLine({ key, oldValue, newValue, source, sequenceId }: ConfigChange): string {
  return jsonText({ time: new Date().toISOString(), key, oldValue, newValue, source, sequenceId });
}

function plainLine({ key, oldValue, newValue, source, sequenceId }: ConfigChange, style: Style): string {
  const change = `${style("dim", formatValue(oldValue))} → ${style("yellow", formatValue(newValue))}`;
  const from = newValue === undefined ? "removed" : style(styleOfSource(source), printable(source));
  const time = style("dim", new Date().toISOString());
  return `${time} ${style("bold", printable(key))}: ${change} (${from}, sequence id ${sequenceId})`;
}

function stateLine(kind: string, message: string, json: boolean): string {
  const time = new Date().toISOString();
  return json ? `${jsonText({ time, event: kind, message })}\n` : `${time} ${kind}: ${printable(message)}\n`;
}
