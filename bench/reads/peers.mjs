// What one read costs with a peer, with this library beside it in the same process. Prints one JSON object.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { args, report } from "../lib/arguments.mjs";
import { distribution } from "../lib/distribution.mjs";
import { constantLoops, rotatingLoop, timedReads } from "../lib/loops.mjs";
import { compare } from "../lib/measure.mjs";
import { mapBeside, publishAll } from "../lib/region.mjs";
import { makeIntSettings, shuffled } from "../lib/settings.mjs";
import { createPeer, hasDottedNames } from "../peers/index.mjs";

const { peer: name, size, rounds, cpuMs, singles } = args;
const dir = mkdtempSync(join(tmpdir(), "configstream-bench-"));
const settings = hasDottedNames(name) ? leavesOf(makeIntSettings(size)) : makeIntSettings(size).map(flat);
const keys = shuffled(settings.map(({ key }) => key));
const { reader } = publishAll(settings);
const map = mapBeside(reader, settings);
const peer = await createPeer(name, settings, dir);

// Both sides must agree before anything is measured.
const peerKeys = keys.map(peer.keyOf ?? String);
const check = rotatingLoop(peer.expression, peer.scope, peerKeys, { reads: keys.length });
const expected = settings.reduce((sum, { value }) => sum + (peer.isBoolean ? 1 : value), 0);
if ((await check()) !== expected) throw new Error(`${name} and the settings do not agree.`);

const isAsync = peer.expression.startsWith("await ");
const options = { reads: isAsync ? 100 : 1_000 };
const some = keys.slice(0, 8);
const each = { reads: isAsync ? 12 : 1_000 };
const results = await compare(
  {
    peer: constantLoops(peer.expression, peer.scope, peerKeys.slice(0, some.length), each),
    "peer, rotating": rotatingLoop(peer.expression, peer.scope, peerKeys, options),
    "Map.get": constantLoops("map.get(key)", { map }, some),
    getInt: constantLoops("reader.getInt(key)", { reader }, some),
    "getInt, rotating": rotatingLoop("reader.getInt(key)", { reader }, keys),
  },
  { rounds, cpuMs },
);
const timed = timedReads(peer.expression, peer.scope, peerKeys, { reads: singles });
await timed();
const { times } = await timed();
await peer.close?.();
rmSync(dir, { recursive: true, force: true });
report({ peer: name, size, results, single: distribution(times) });
// Some peers keep timers that cannot be ended.
process.exit(0);

/** Without dots, which peers would take for a path. */
function flat({ key, value }) {
  return { key: key.replaceAll(".", "_"), value };
}

/** Settings of a tree: none of them lies above another, and each lies below some name. */
function leavesOf(all) {
  const above = new Set(all.flatMap(({ key }) => key.split(".").map((_, i, path) => path.slice(0, i).join("."))));
  return all.filter(({ key }) => !above.has(key) && key.includes("."));
}
