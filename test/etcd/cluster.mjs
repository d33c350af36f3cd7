// A cluster of real etcd members on this machine, each a process of its own that can be killed, stopped and wiped.
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Whether etcd and etcdctl can be started. */
export async function etcdIsHere() {
  try {
    await run("etcd", ["--version"]);
    await run("etcdctl", ["version"]);
    return true;
  } catch {
    return false;
  }
}

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/**
 * `tls`: paths of `cert`, `key` and `ca`; clients must then show a certificate of the same authority. `network`: of makeNetwork, for as many
 * members; the cluster does not remove it. `flags`: of each member, besides the usual ones.
 */
export async function startCluster({ size = 3, tls, network, flags: more = {} } = {}) {
  const directory = mkdtempSync(join(tmpdir(), "configstream-etcd-"));
  const scheme = tls === undefined ? "http" : "https";
  const members = [];
  for (let at = 0; at < size; at += 1) {
    const host = network?.hosts[at] ?? "127.0.0.1";
    const [client, peer] = network === undefined ? [await freePort(), await freePort()] : [2379, 2380];
    members.push({ name: `m${at}`, at, host, client, peer, endpoint: `${host}:${client}`, process: undefined });
  }
  const peers = members.map(({ name, host, peer }) => `${name}=http://${host}:${peer}`).join(",");
  const secure =
    tls === undefined
      ? []
      : ["--cert-file", tls.cert, "--key-file", tls.key, "--trusted-ca-file", tls.ca, "--client-cert-auth"];

  /** `others`: flags besides, or in place of, the usual ones. */
  const start = (member, others = {}) => {
    const clients = `${scheme}://${member.endpoint}`;
    const peer = `http://${member.host}:${member.peer}`;
    const flags = {
      "--name": member.name,
      "--data-dir": join(directory, member.name),
      "--listen-client-urls": clients,
      "--advertise-client-urls": clients,
      "--listen-peer-urls": peer,
      "--initial-advertise-peer-urls": peer,
      "--initial-cluster": peers,
      "--initial-cluster-token": "configstream-test",
      "--heartbeat-interval": "50",
      "--election-timeout": "500",
      ...more,
      ...others,
    };
    const [command, ...args] = [
      ...(network?.within(member.at) ?? []),
      "etcd",
      ...Object.entries(flags).flat(),
      ...secure,
    ];
    member.process = spawn(command, args, { stdio: "ignore" });
    member.process.ended = new Promise((done) => member.process.once("close", done));
  };
  const kill = async (member) => {
    member.process?.kill("SIGKILL");
    await member.process?.ended;
  };
  const endpoints = members.map(({ endpoint }) => endpoint);
  const ctl = async (...args) => {
    const flags = tls === undefined ? [] : ["--cert", tls.cert, "--key", tls.key, "--cacert", tls.ca];
    const { stdout } = await run("etcdctl", ["--endpoints", endpoints.join(","), ...flags, ...args], {
      env: { ...process.env, ETCDCTL_API: "3" },
    });
    return stdout;
  };
  const healthy = async (...args) => {
    for (let tries = 0; ; tries += 1) {
      try {
        return await ctl(...args, "get", "health-of-the-test");
      } catch (error) {
        if (tries === 40) throw error;
        await new Promise((done) => setTimeout(done, 250));
      }
    }
  };
  for (const member of members) start(member);
  return {
    members,
    endpoints,
    ctl,
    start,
    kill,
    healthy,
    /** The member that leads now; `undefined` while there is none. */
    async leader(...args) {
      const statuses = JSON.parse(await ctl(...args, "endpoint", "status", "-w", "json").catch(() => "[]"));
      const led = statuses.find(({ Status }) => Status.leader === Status.header.member_id);
      return members.find(({ endpoint }) => led?.Endpoint === endpoint);
    },
    /** Wipes the disk of a member that does not run. */
    forget: ({ name }) => rmSync(join(directory, name), { recursive: true, force: true }),
    /** Everything is forgotten: a cluster of the same members and the same id is born, and counts from the beginning. */
    async wipe() {
      for (const member of members) await kill(member);
      for (const { name } of members) rmSync(join(directory, name), { recursive: true, force: true });
      for (const member of members) start(member);
    },
    async stop() {
      for (const member of members) {
        member.process?.kill("SIGCONT");
        await kill(member);
      }
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
