// npm run fleet: a fleet on this machine, shown in half a minute: three etcd members, five core agents, twenty consumers. Needs etcd and
// dist/; installs nothing, ends by itself, and leaves no process and no file behind, also when it is interrupted.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCluster } from "../test/etcd/cluster.mjs";
import { createFleetCommand } from "./fleet/command.mjs";
import { startHosts } from "./fleet/hosts.mjs";
import { etcdVersion } from "./fleet/members.mjs";
import { tellStory } from "./fleet/story.mjs";

const version = await etcdVersion();
if (version === undefined) {
  console.error(
    "npm run fleet needs etcd, which is not installed; on Debian and Ubuntu it is the package etcd-server.",
  );
  process.exit(1);
}

const interrupt = new AbortController();
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
]) {
  process.on(signal, () => interrupt.abort(code));
}

const folder = mkdtempSync(join(tmpdir(), "configstream-fleet-demo-"));
const ends = [() => rmSync(folder, { recursive: true, force: true })];
try {
  const cluster = await startCluster();
  ends.push(() => cluster.stop());
  const hosts = startHosts({ endpoints: cluster.endpoints, folder, signal: interrupt.signal });
  ends.push(() => hosts.stop());
  const command = createFleetCommand({ endpoints: cluster.endpoints, folder, signal: interrupt.signal });
  await tellStory({ cluster, hosts, command, version, signal: interrupt.signal });
} catch (error) {
  if (interrupt.signal.aborted) process.exitCode = interrupt.signal.reason;
  else {
    console.error(`\nThe demonstration failed: ${error.message}`);
    process.exitCode = 1;
  }
} finally {
  for (const end of ends.reverse()) await end();
}
// A connection that is still being made keeps nobody waiting.
process.exit();
