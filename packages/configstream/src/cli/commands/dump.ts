/** `configstream dump`. */

import type { Command } from "commander";
import { Option } from "commander";
import type { ConfigValue, View } from "configstream-consumer";
import { defaultSourcePriority, didYouMean, lowerCase, suggest } from "configstream-consumer/internal";
import { withConsumer } from "../connection/connection.js";
import { addConnectionOptions, type ConnectionOptions } from "../connection/options.js";
import { wrongUsage } from "../exit.js";
import { addNotes } from "../help.js";
import type { Io } from "../io.js";
import { maskValue } from "../settings/mask.js";
import { type Leaf, type Tree, toObject, toTree } from "../settings/settings-tree.js";
import { byPriority } from "../settings/source-order.js";
import { formatValue, plural } from "../terminal/format.js";
import { jsonText, printable } from "../terminal/printable.js";
import { type Style, styleFor, styleOfSource } from "../terminal/style.js";

interface DumpOptions extends ConnectionOptions {
  readonly nested?: boolean;
  readonly bySource?: boolean;
  readonly source?: readonly string[];
  readonly prefix?: string;
  readonly json?: boolean;
  readonly showSecrets?: boolean;
}

interface Shown {
  readonly value: ConfigValue;
  readonly source: string;
}

type Settings = readonly (readonly [key: string, setting: Shown])[];
/** By source, the highest priority first. */
type Layers = ReadonlyMap<string, Settings>;

export function addDump(program: Command, io: Io): void {
  const command = program
    .command("dump")
    .description("print all settings with their sources, as one consistent state")
    .addOption(new Option("--flat", "one line a setting, by dotted key (default)"))
    .addOption(new Option("--nested", "as sections").conflicts("flat"))
    .addOption(new Option("--by-source", "every known layer by itself, also of settings that another one wins"))
    .option("--source <name...>", "only what comes from these sources")
    .option("--prefix <text>", "only settings whose names begin so")
    .option("--json", "as JSON: sequence id, origin, settings, and the source of each dotted key")
    .option("--show-secrets", "do not mask values whose keys look like credentials");
  addNotes(
    command,
    ["Output without --json is YAML with the winning source as a comment."],
    [
      "configstream dump --data-dir /etc/datadog-agent | grep -v '# default'",
      "configstream dump --source file environment-variable --nested",
      "configstream dump --by-source --json > layers.json",
    ],
  );
  addConnectionOptions(command).action(async (options: DumpOptions) => {
    refuseMisspelt(options.source ?? []);
    await withConsumer(io, options, async (consumer) => {
      const view = consumer.reader().view();
      io.out.write(options.bySource ? printLayers(view, options, io) : printSettings(view, options, io));
    });
  });
}

/** Core agents may have sources that are not known here, but none whose name is close to a known one. */
function refuseMisspelt(sources: readonly string[]): void {
  for (const source of sources) {
    const near = defaultSourcePriority.includes(source) ? [] : suggest(source, defaultSourcePriority);
    if (near.length > 0) wrongUsage(`There is no source "${source}".${didYouMean(near)}`);
  }
}

function printSettings(view: View, options: DumpOptions, io: Io): string {
  const wants = wantedBy(options);
  const settings = keysOf(view, options).flatMap((key) => {
    const source = view.getSource(key);
    return wants(source) ? [[key, { value: shownValue(key, view.get(key, null), options), source }] as const] : [];
  });
  if (options.json) {
    const sources = Object.fromEntries(settings.map(([key, { source }]) => [key, source]));
    return asJson(view, { settings: asObject(settings, options), sources });
  }
  const style = styleFor(io.out, io.env);
  return `${[headLine(view, settings.length, style), ...yamlLines(settings, "", options, style)].join("\n")}\n`;
}

function printLayers(view: View, options: DumpOptions, io: Io): string {
  const layers = layersOf(view, options);
  if (options.json) {
    const objects = [...layers].map(([source, settings]) => [source, asObject(settings, options)] as const);
    return asJson(view, { layers: Object.fromEntries(objects) });
  }
  const style = styleFor(io.out, io.env);
  const lines = [...layers].flatMap(([source, settings]) => [
    `${style("bold", yamlName(source))}:`,
    ...yamlLines(settings, "  ", options, style),
  ]);
  return `${[headLine(view, keysOf(view, options).length, style), ...lines].join("\n")}\n`;
}

function layersOf(view: View, options: DumpOptions): Layers {
  const wants = wantedBy(options);
  const layers = new Map<string, (readonly [string, Shown])[]>();
  for (const key of keysOf(view, options)) {
    for (const { source, value } of [...view.getAllSources(key)].reverse()) {
      if (!wants(source)) continue;
      const settings = layers.get(source) ?? [];
      layers.set(source, settings);
      settings.push([key, { value: shownValue(key, value, options), source: view.getSource(key) }]);
    }
  }
  return new Map([...layers].sort(([a], [b]) => byPriority(a, b)));
}

function keysOf(view: View, { prefix = "" }: DumpOptions): readonly string[] {
  return view.keys().filter((key) => key.startsWith(lowerCase(prefix)));
}

function wantedBy({ source }: DumpOptions): (name: string) => boolean {
  return (name) => source === undefined || source.includes(name);
}

function shownValue(key: string, value: ConfigValue, { showSecrets }: DumpOptions): ConfigValue {
  return showSecrets ? value : maskValue(key, value);
}

function asObject(settings: Settings, { nested }: DumpOptions): object {
  const values = settings.map(([key, { value }]) => [key, value] as const);
  return nested ? toObject(toTree(values)) : Object.fromEntries(values);
}

function asJson({ sequenceId, origin }: View, content: object): string {
  return `${jsonText({ sequenceId, origin, ...content }, 2)}\n`;
}

function headLine({ origin, sequenceId }: View, count: number, style: Style): string {
  return style("dim", `# ${plural(count, "setting")} of ${printable(origin)}, sequence id ${sequenceId}`);
}

/** With the winning source as a comment. */
function yamlLines(settings: Settings, indent: string, { nested }: DumpOptions, style: Style): string[] {
  if (nested) return treeLines(toTree(settings), indent, style);
  return settings.map(([key, setting]) => indent + settingLine(key, setting, style));
}

function treeLines(tree: Tree<Shown>, indent: string, style: Style): string[] {
  return [...tree].flatMap(([name, node]: readonly [string, Leaf<Shown> | Tree<Shown>]) =>
    node instanceof Map
      ? [`${indent}${style("bold", yamlName(name))}:`, ...treeLines(node, `${indent}  `, style)]
      : [indent + settingLine(name, node.leaf, style)],
  );
}

function settingLine(name: string, { value, source }: Shown, style: Style): string {
  const comment = style(styleOfSource(source), `# ${printable(source)}`);
  return `${style("bold", yamlName(name))}: ${formatValue(value)}  ${comment}`;
}

/** Quoted where YAML would not read it as text. */
function yamlName(name: string): string {
  const plain = /^[A-Za-z_][\w.\-/]*$/.test(name) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(name);
  return plain ? name : jsonText(name);
}
