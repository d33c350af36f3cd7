/** What remote agents say of a dry run, as text or JSON. */
import type { ClientVerdict } from "../../core-agent/index.js";
import type { Io } from "../io.js";
import { plural } from "../terminal/format.js";
import { jsonText, printable } from "../terminal/printable.js";

/** Settings of one remote agent that are printed. */
const mostListed = 20;

export function printVerdicts(clients: readonly ClientVerdict[], json: boolean, io: Io): void {
  if (json) {
    io.out.write(`${jsonText({ clients, dryRun: true })}\n`);
    return;
  }
  if (clients.length === 0) {
    io.out.write("No remote agent is registered.\n");
    return;
  }
  for (const client of clients) {
    for (const { key, rule } of client.held.slice(0, mostListed)) {
      io.out.write(`${nameOf(client)} would hold ${printable(key)}: it ${printable(rule)}.\n`);
    }
    const others = client.held.length - mostListed;
    if (others > 0) io.out.write(`${nameOf(client)} would hold ${plural(others, "other setting")} as well.\n`);
  }
  const taking = clients.filter(({ verdict }) => verdict === "takes").length;
  if (taking > 0) io.out.write(`${taking} of ${plural(clients.length, "remote agent")} would take it.\n`);
  const unasked = clients.filter(({ verdict }) => verdict === "unasked");
  const them = unasked.map((client) => `${nameOf(client)} ${printable(client.why)}`).join("; ");
  if (unasked.length > 0) io.out.write(`Not asked: ${them}.\n`);
}

/** A sentence that names those that would hold something; `undefined`: none would. */
export function heldBy(clients: readonly ClientVerdict[]): string | undefined {
  const holding = clients.filter(({ verdict }) => verdict === "holds");
  if (holding.length === 0) return undefined;
  return `${holding.length} of ${plural(clients.length, "remote agent")} would hold settings: ${holding.map(nameOf).join(", ")}.`;
}

function nameOf({ name, pid }: ClientVerdict): string {
  return printable(`${name} (process ${pid})`);
}
