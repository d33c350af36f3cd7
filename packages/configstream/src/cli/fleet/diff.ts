/** `configstream fleet diff`: how two hosts differ, or two revisions of a layer. */
import type { Command } from "commander";
import { addCredentialOptions, addTimeoutOption, type ConnectionOptions } from "../connection/options.js";
import { wrongUsage } from "../exit.js";
import { addNotes } from "../help.js";
import type { Io } from "../io.js";
import { plural } from "../terminal/format.js";
import { jsonText } from "../terminal/printable.js";
import { styleFor } from "../terminal/style.js";
import { agentHost, servedByAgent, servedByStore } from "./hosts.js";
import { changesBetween, printChanges } from "./print.js";
import { revisionOrNone } from "./revision.js";
import { maskedServed, type Serving, servedDifferences, servedLine } from "./served.js";
import { addFleetOptions, type FleetOptions, withFleet } from "./session.js";

interface DiffOptions extends FleetOptions, ConnectionOptions {}

export function addFleetDiff(fleet: Command, io: Io): void {
  const command = addFleetOptions(
    fleet.command("diff").description("print how two hosts differ, or two revisions of the store"),
  )
    .argument("<before>", "a host, or a revision")
    .argument("[after]", "another one; of a revision left out: now");
  addNotes(
    addTimeoutOption(addCredentialOptions(command)),
    [
      "A host is a core agent that runs, as HOST:PORT or, with the folder of its auth_token and ipc_cert.pem, HOST:PORT@DIR; or a store file, which " +
        "stands for all hosts that have it. Of core agents it compares everything that they serve, of store files what the store has in their layers.",
    ],
    [
      "configstream fleet diff 10.0.0.1:5001 10.0.0.2:5001 --data-dir ./credentials",
      "configstream fleet diff 10.0.0.1:5001@./one 10.0.0.2:5001@./two",
      "configstream fleet diff web.yaml db.yaml",
      "configstream fleet diff 812 815 --store fleet.yaml",
    ],
  );
  command.action((before: string, after: string | undefined, options: DiffOptions) => {
    const from = revisionOrNone(before);
    const to = after === undefined ? undefined : revisionOrNone(after);
    if (from !== undefined && (after === undefined || to !== undefined)) return diffRevisions(io, from, to, options);
    if (after === undefined) wrongUsage("Give two hosts to compare, or a revision.");
    if (from !== undefined || to !== undefined) wrongUsage("Give two hosts or two revisions, not one of each.");
    if (options.store !== undefined) wrongUsage("--store goes with revisions; give store files as the hosts.");
    return diffHosts(io, before, after, options);
  });
}

async function diffRevisions(io: Io, before: number, after: number | undefined, options: FleetOptions) {
  await withFleet(io, options, async ({ fleet }) => {
    const [old, next] = [await fleet.read(before), await fleet.read(after)];
    printChanges(io, options, changesBetween(old, next));
  });
}

async function diffHosts(io: Io, before: string, after: string, options: DiffOptions): Promise<void> {
  const [one, other] = [agentHost(before), agentHost(after)];
  if (one !== undefined && other !== undefined) {
    if (options.layer !== undefined) wrongUsage("--layer goes with revisions and store files, not with core agents.");
    printServed(io, await servedByAgent(io, one, options), await servedByAgent(io, other, options), options);
  } else if (one === undefined && other === undefined) {
    const first = await servedByStore(io, before, options.layer);
    printServed(io, first.serving, (await servedByStore(io, after, options.layer, first)).serving, options);
  } else {
    wrongUsage("Give two addresses of core agents or two store files; not one of each.");
  }
}

function printServed(io: Io, before: Serving, after: Serving, { json, showSecrets = false }: FleetOptions): void {
  const differences = servedDifferences(before, after);
  if (json) {
    io.out.write(`${jsonText(differences.map((each) => maskedServed(each, showSecrets)))}\n`);
    return;
  }
  const style = styleFor(io.out, io.env);
  for (const each of differences) io.out.write(servedLine(each, style, showSecrets));
  const all = plural(new Set([...before.keys(), ...after.keys()]).size, "setting");
  io.out.write(differences.length === 0 ? `Nothing differs in ${all}.\n` : `${differences.length} of ${all} differ.\n`);
}
