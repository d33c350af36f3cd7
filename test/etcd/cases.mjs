// Single promises of the store, each with real members.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCoreAgent } from "configstream/core-agent";
import { startCluster } from "./cluster.mjs";
import { check, until } from "./support.mjs";

const layers = { "remote-config": "/fleet/prod/", "fleet-policies": "/fleet/prod/groups/web/" };

export async function withFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), "configstream-etcd-case-"));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function agentOf(store, dataDir, log = () => {}) {
  return createCoreAgent({ env: false, address: "127.0.0.1:0", ...(dataDir ? { dataDir } : {}), store, log });
}

/** A cluster that begins anew with the same members and so the same id, below the revisions that were seen. */
export async function rebornCluster() {
  const cluster = await startCluster();
  const agent = agentOf({ endpoints: cluster.endpoints, layers });
  try {
    await cluster.healthy();
    for (let at = 0; at < 30; at += 1) await cluster.ctl("put", "/fleet/prod/a", `${at}`);
    await cluster.ctl("put", "/fleet/prod/gone", "1");
    await agent.start();
    const { revision } = agent.status().store;
    await cluster.wipe();
    await cluster.healthy();
    await cluster.ctl("put", "/fleet/prod/a", "100");
    await until("the reborn cluster's state serves", () => agent.get("a")?.value === 100);
    check(
      "a cluster that was born again has lower revisions, and its state is taken",
      agent.status().store.revision < revision,
    );
    check("what the reborn cluster does not have is gone", agent.get("gone") === undefined);
    await cluster.ctl("put", "/fleet/prod/a", "101");
    await until("changes of the reborn cluster arrive", () => agent.get("a")?.value === 101);
    check("the reborn cluster is followed", true);
  } finally {
    await agent.stop();
    await cluster.stop();
  }
}

/** A start while the cluster is away. */
export async function startWhileAway() {
  await withFolder(async (folder) => {
    const cluster = await startCluster({ size: 1 });
    const [member] = cluster.members;
    const store = { endpoints: cluster.endpoints, layers, startTimeoutMs: 300 };
    const agents = [];
    const started = async (options, log) => {
      const agent = agentOf(options, folder, log);
      agents.push(agent);
      await agent.start();
      return agent;
    };
    try {
      await cluster.healthy();
      await cluster.ctl("put", "/fleet/prod/log_level", '"debug"');
      await cluster.ctl("put", "/fleet/prod/groups/web/log_level", '"trace"');
      const first = await started({ ...store, startTimeoutMs: 5_000 });
      await first.stop();
      const file = join(folder, "store_state");
      const good = readFileSync(file);
      await cluster.ctl("put", "/fleet/prod/log_level", '"info"');
      await cluster.kill(member);
      const logs = [];
      const second = await started(store, (_level, message) => logs.push(message));
      const { state, fromDisk, fault } = second.status().store;
      check(
        "an agent that starts while the store is away serves its last state",
        second.get("log_level")?.layers.length === 2,
      );
      check(
        "and says so",
        state === "away" &&
          fault === "unavailable" &&
          fromDisk &&
          logs.some((line) => line.includes("from disk serves")),
      );
      const metrics = await second.metrics.metrics();
      check("also in its metrics", /^configstream_store_up\S* 0$/m.test(metrics));
      cluster.start(member);
      await until("the store is followed when it is back", () => second.status().store.state === "live");
      const { layers: served } = second.get("log_level");
      check(
        "and gives way to what the store holds",
        !second.status().store.fromDisk && served.some(({ value }) => value === "info"),
      );
      await second.stop();
      await cluster.kill(member);
      const flipped = Buffer.from(good);
      flipped[good.indexOf("debug")] ^= 1;
      const others = {
        "with another bit": flipped,
        "cut short": good.subarray(0, -1),
        "without bytes": Buffer.alloc(0),
      };
      for (const [how, bytes] of Object.entries(others)) {
        writeFileSync(file, bytes, { mode: 0o600 });
        const said = [];
        const third = await started(store, (_level, message) => said.push(message));
        check(
          `a last state ${how} is not used, which is said`,
          third.get("log_level") === undefined &&
            !third.status().store.fromDisk &&
            said.some((line) => line.includes("it is not used")),
        );
        await third.stop();
      }
    } finally {
      for (const agent of agents) await agent.stop();
      await cluster.stop();
    }
  });
}

/** TLS with client certificates, ten thousand keys in pages, and a user named by a certificate that is refused without one. */
export async function tlsAndPages() {
  await withFolder(async (folder) => {
    const file = (name) => join(folder, name);
    const openssl = (...args) => {
      const { status, stderr } = spawnSync("openssl", args, { encoding: "utf8" });
      if (status !== 0) throw new Error(stderr);
    };
    const made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    openssl(...made, "-subj", "/CN=ca", "-keyout", file("ca.key"), "-out", file("ca.pem"));
    writeFileSync(file("ext"), "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n");
    openssl(
      "req",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-subj",
      "/CN=agent",
      "-keyout",
      file("key"),
      "-out",
      file("csr"),
    );
    openssl(
      "x509",
      "-req",
      "-in",
      file("csr"),
      "-CA",
      file("ca.pem"),
      "-CAkey",
      file("ca.key"),
      "-CAcreateserial",
      "-days",
      "2",
      "-extfile",
      file("ext"),
      "-out",
      file("cert"),
    );
    const cluster = await startCluster({ size: 1, tls: { cert: file("cert"), key: file("key"), ca: file("ca.pem") } });
    try {
      await cluster.healthy();
      const tls = { caFile: file("ca.pem"), certFile: file("cert"), keyFile: file("key") };
      const { connectTo } = await import("../../packages/configstream/build/store/index.js");
      const connection = await connectTo({ tls, auth: undefined })(cluster.endpoints[0]);
      for (let from = 0; from < 10_000; from += 100) {
        const success = Array.from({ length: 100 }, (_unused, at) => ({
          request_put: { key: Buffer.from(`/fleet/prod/k${from + at}`), value: Buffer.from(`${from + at}`) },
        }));
        await connection.txn({ compare: [], success });
      }
      connection.close();
      const agent = agentOf({ endpoints: cluster.endpoints, layers, tls });
      await agent.start();
      check("ten thousand keys come over TLS with a client certificate", agent.status().settings === 10_000);
      await agent.stop();
      const stranger = agentOf({
        endpoints: cluster.endpoints,
        layers,
        tls: { caFile: tls.caFile },
        startTimeoutMs: 1_000,
      });
      await stranger.start();
      check(
        "without the certificate nothing comes",
        stranger.status().store.state === "away" && stranger.status().settings === 0,
      );
      await stranger.stop();
    } finally {
      await cluster.stop();
    }
  });
}

/** A member that has lost the others: it answers, but knows nothing new. */
export async function lostMajority() {
  const cluster = await startCluster();
  await cluster.healthy();
  await cluster.ctl("put", "/fleet/prod/a", "1");
  const [followed] = cluster.members;
  const agent = agentOf({ endpoints: [cluster.endpoints[0]], layers });
  try {
    await agent.start();
    for (const member of cluster.members) if (member !== followed) member.process.kill("SIGSTOP");
    await until("the agent notices that its member has no leader", () => agent.status().store.state === "away");
    check("a member without the others is not taken for a live store", agent.get("a")?.value === 1);
    for (const member of cluster.members) member.process.kill("SIGCONT");
    await cluster.healthy();
    await cluster.ctl("put", "/fleet/prod/a", "2");
    await until("the agent follows again", () => agent.get("a")?.value === 2);
    check("and is followed again when they are back", agent.status().store.state === "live");
  } finally {
    await agent.stop();
    await cluster.stop();
  }
}
