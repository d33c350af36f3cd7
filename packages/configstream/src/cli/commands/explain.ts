/** `configstream explain KEY`. */
import type { Command } from "commander";
import type { ConfigValue, Explanation, Reader } from "configstream-consumer";
import { withConsumer } from "../connection/connection.js";
import { addConnectionOptions, type ConnectionOptions } from "../connection/options.js";
import { CommandFailure } from "../exit.js";
import { addNotes } from "../help.js";
import type { Io } from "../io.js";
import { maskSetting, maskValue } from "../settings/mask.js";
import { missingKey } from "../settings/missing-key.js";
import { formatValue } from "../terminal/format.js";
import { jsonText, printable } from "../terminal/printable.js";
import { type Style, styleFor, styleOfSource } from "../terminal/style.js";
import { displayWidth, fitTo } from "../terminal/text.js";

interface ExplainOptions extends ConnectionOptions {
  readonly json?: boolean;
  readonly showSecrets?: boolean;
}

/** A setting as it is told; credentials are masked. */
interface Told {
  readonly key: string;
  readonly value: ConfigValue;
  readonly source: string;
  /** The state in which the present value arrived. */
  readonly sinceSequenceId: number;
  /** The newest state. */
  readonly sequenceId: number;
  /** What is known of the layers below the winning one, as `Explanation.lowerLayers` of the library. */
  readonly lowerLayers: Explanation["lowerLayers"];
  /** Highest priority first: the first one wins. */
  readonly layers: readonly { readonly source: string; readonly value: ConfigValue }[];
}

export function addExplain(program: Command, io: Io): void {
  const command = program
    .command("explain")
    .description("tell why a setting has its value: all its layers, which one wins, and since which state")
    .argument("<key>", "dotted name, in any case")
    .option("--json", "print key, value, source, sequence ids and layers as JSON")
    .option("--show-secrets", "do not mask values whose keys look like credentials");
  addNotes(
    command,
    [
      "Real core agents send the winning layer of each setting alone, and a layer below it only when it was the winner before. The " +
        "embedded one begins with all layers, and reports winners from then on. What is not known of the layers below, or may be old, is " +
        "said below them, and as lowerLayers with --json.",
    ],
    ["configstream explain log_level --data-dir /etc/datadog-agent"],
  );
  addConnectionOptions(command).action(async (key: string, options: ExplainOptions) => {
    await withConsumer(io, options, async (consumer) => {
      const told = tell(consumer.reader(), key, options.showSecrets === true);
      io.out.write(options.json ? `${jsonText(told)}\n` : asText(told, styleFor(io.out, io.env)));
    });
  });
}

function tell(reader: Reader, wanted: string, show: boolean): Told {
  const { key, value, source, sequenceId, layers, lowerLayers } = reader.explain(wanted);
  if (value === undefined || !reader.isSetting(wanted)) throw new CommandFailure(missingKey(reader, wanted));
  return {
    key,
    value: maskSetting(key, value, show) ?? null,
    source,
    sinceSequenceId: sequenceId,
    sequenceId: reader.getSequenceId(),
    lowerLayers,
    layers: [...layers]
      .reverse()
      .map((layer) => ({ source: layer.source, value: show ? layer.value : maskValue(key, layer.value) })),
  };
}

const aboutLowerLayers: { readonly [known in Explanation["lowerLayers"]]: string | undefined } = {
  known: undefined,
  "possibly old":
    "What lies below the winning layer was sent once. The core agent does not report changes of it, so it may be old, and layers may be missing.",
  unknown: "The core agent has sent the winning layer alone. Whether there are layers below it is not known.",
};

function asText({ key, value, source, sinceSequenceId, sequenceId, layers, lowerLayers }: Told, style: Style): string {
  const width = Math.max(...layers.map((layer) => displayWidth(printable(layer.source))));
  const lines = layers.map((layer, index) => {
    const name = style(styleOfSource(layer.source), fitTo(printable(layer.source), width));
    const shown = formatValue(layer.value);
    return index === 0
      ? `  ${style("green", "●")} ${name}  ${shown}  ${style("dim", "wins")}`
      : `  ${style("dim", "○")} ${name}  ${style("dim", shown)}`;
  });
  const since = `arrived with sequence id ${sinceSequenceId}; the newest state is ${sequenceId}`;
  const said = aboutLowerLayers[lowerLayers];
  const from = style(styleOfSource(source), printable(source));
  return [
    `${style("bold", printable(key))}: ${formatValue(value)}  (${from}, ${since})`,
    style("dim", "Layers, highest priority first:"),
    ...lines,
    ...(said === undefined ? [] : [style("dim", said)]),
    "",
  ].join("\n");
}
