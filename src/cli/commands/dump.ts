/** `configstream dump`. */
import type { Command } from "commander";
import { Option } from "commander";
import type { ConfigValue, View } from "../../index.js";
import { withConsumer } from "../connection.js";
import { formatCount, formatValue } from "../format.js";
import type { Io } from "../io.js";
import { maskValue } from "../mask.js";
import { addConnectionOptions, type ConnectionOptions } from "../options.js";
import { type Leaf, type Tree, toObject, toTree } from "../settings-tree.js";
import { type Style, styleFor, styleOfSource } from "../style.js";
import { printable } from "../text.js";

interface DumpOptions extends ConnectionOptions {
  readonly nested?: boolean;
  readonly json?: boolean;
  readonly showSecrets?: boolean;
}

interface Shown {
  readonly value: ConfigValue;
  readonly source: string;
}

type Settings = readonly (readonly [key: string, setting: Shown])[];

export function addDump(program: Command, io: Io): void {
  const command = program
    .command("dump")
    .description("print all settings with their sources, as one consistent state")
    .addOption(new Option("--nested", "as sections").conflicts("flat"))
    .addOption(new Option("--flat", "one line a setting, by dotted key (default)"))
    .option("--json", "as JSON: sequence id, origin, settings, and the source of each dotted key")
    .option("--show-secrets", "do not mask values whose keys look like credentials")
    .addHelpText(
      "after",
      "\nOutput without --json is YAML with the source as a comment.\n\n" +
        "Example:\n  configstream dump --data-dir /etc/datadog-agent | grep -v '# default'",
    );
  addConnectionOptions(command).action(async (options: DumpOptions) => {
    await withConsumer(io, options, async (consumer) => {
      const view = consumer.reader().view();
      const settings = shownSettings(view, options.showSecrets === true);
      io.out.write(options.json ? asJson(view, settings, options) : asText(view, settings, options, io));
    });
  });
}

function shownSettings(view: View, showSecrets: boolean): Settings {
  return view.keys().map((key) => {
    const value = view.get(key, null);
    return [key, { value: showSecrets ? value : maskValue(key, value), source: view.getSource(key) }];
  });
}

function asJson(view: View, settings: Settings, { nested }: DumpOptions): string {
  const values = settings.map(([key, { value }]) => [key, value] as const);
  const document = {
    sequenceId: view.sequenceId,
    origin: view.origin,
    settings: nested ? toObject(toTree(values)) : Object.fromEntries(values),
    sources: Object.fromEntries(settings.map(([key, { source }]) => [key, source])),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function asText(view: View, settings: Settings, { nested }: DumpOptions, io: Io): string {
  const style = styleFor(io.out, io.env);
  const origin = printable(view.origin);
  const head = `# ${formatCount(settings.length)} settings of ${origin}, sequence id ${view.sequenceId}`;
  const lines = nested
    ? treeLines(toTree(settings), "", style)
    : settings.map(([key, setting]) => settingLine(key, setting, style));
  return `${[style("dim", head), ...lines].join("\n")}\n`;
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

/** Quoted where YAML would read something else than text. */
function yamlName(name: string): string {
  const plain = /^[A-Za-z_][\w.\-/]*$/.test(name) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(name);
  return plain ? name : printable(JSON.stringify(name));
}
