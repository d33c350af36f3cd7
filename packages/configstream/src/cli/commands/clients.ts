/** `configstream clients`. */
import type { Command } from "commander";
import type { RegisteredClient } from "../../core-agent/index.js";
import { type ClientsResponse, clientsPaths } from "../agent/clients-protocol.js";
import { askControl } from "../agent/control-client.js";
import { addPlaceOptions } from "../connection/options.js";
import { findPlace, type PlaceOptions } from "../connection/place.js";
import { addNotes } from "../help.js";
import type { Io } from "../io.js";
import { formatAge } from "../terminal/format.js";
import { jsonText, printable } from "../terminal/printable.js";
import { type Style, type StyleName, styleFor } from "../terminal/style.js";
import { type Column, layOut, tableLine } from "../terminal/table.js";

interface ClientsOptions extends PlaceOptions {
  readonly json?: boolean;
}

export function addClients(program: Command, io: Io): void {
  const command = program
    .command("clients")
    .description("list the remote agents of a running configstream agent, and who has the newest settings")
    .option("--json", "print them as JSON");
  addNotes(
    command,
    [
      "synced: it has the newest state. behind: it has still to get there. held: it has it, and keeps the last good value of some " +
        "settings. silent: it does not answer, or serves no status, so that only what was sent to it is known; a consumer serves it " +
        "with the option serve.",
      "Below one that has reported health issues, or events, those stand; a consumer reports the settings that it holds with the option " +
        "report. --json has them in full.",
    ],
    ["configstream clients --data-dir ./run", "configstream clients --json --data-dir ./run | jq '.clients[].state'"],
  );
  addPlaceOptions(command).action(async (options: ClientsOptions) => {
    const place = await findPlace(options, io);
    const answer = await askControl<ClientsResponse>(place, clientsPaths.clients, {}, io.interrupt);
    if (options.json) io.out.write(`${jsonText(answer)}\n`);
    else io.out.write(asTable(answer.clients, styleFor(io.out, io.env)));
  });
}

const columns: readonly Column[] = [
  { title: "NAME" },
  { title: "PROCESS", align: "right" },
  { title: "SINCE", align: "right" },
  { title: "STATE" },
  { title: "SEQUENCE ID", align: "right" },
  { title: "BEHIND", align: "right" },
  { title: "HELD", align: "right" },
  { title: "WHY" },
];
const stateColumn = 3;
/** Issues of one remote agent that are printed. */
const mostIssues = 5;
/** Wider than any table here: lines are not cut, because they may go to a file. */
const width = 1_000;

const styles: { readonly [state in RegisteredClient["state"]]: StyleName } = {
  synced: "green",
  behind: "yellow",
  held: "red",
  silent: "dim",
};

function asTable(clients: readonly RegisteredClient[], style: Style): string {
  if (clients.length === 0) return "No remote agent is registered.\n";
  const rows = clients.map((client) => [
    printable(client.name),
    printable(client.pid),
    formatAge(Math.max(0, Date.now() - client.sinceMs)),
    client.state,
    ...[client.sequenceId, client.behind, client.held].map((count) => (count === undefined ? "–" : String(count))),
    printable(client.reason),
  ]);
  const layout = layOut(columns, rows, width);
  const titles = columns.map(({ title }) => title);
  const lines = rows.map((row, index) => {
    const state = clients[index]?.state ?? "silent";
    const line = tableLine(columns, layout, row, (text, at) =>
      at === stateColumn ? style(styles[state], text) : text,
    );
    return [line, ...reported(clients[index], style)];
  });
  return [style("dim", tableLine(columns, layout, titles)), ...lines.flat()]
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}

/** What a remote agent has reported, a line each. */
function reported(client: RegisteredClient | undefined, style: Style): readonly string[] {
  const issues = client?.issues ?? [];
  const last = client?.events.at(-1);
  const lines = issues
    .slice(0, mostIssues)
    .map(({ severity, title }) => `  ${style("red", "issue")} (${severity}): ${printable(title)}`);
  if (issues.length > mostIssues) lines.push(`  and ${issues.length - mostIssues} further issues`);
  if (last !== undefined) lines.push(`  ${style("yellow", "event")}: ${printable(last.message)}`);
  return lines;
}
