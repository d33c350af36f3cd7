// What the demonstration asks and orders of etcd's members, by the JSON that each of them speaks beside gRPC.
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const waitMs = 100;
const timeoutMs = 60_000;

/** `undefined`: etcd is not installed. */
export async function etcdVersion() {
  try {
    const { stdout } = await promisify(execFile)("etcd", ["--version"]);
    return /etcd Version: (\S+)/.exec(stdout)?.[1] ?? "of an unknown version";
  } catch {
    return undefined;
  }
}

export async function ask(member, path, body = {}) {
  const answer = await fetch(`http://127.0.0.1:${member.client}/v3/${path}`, {
    method: "POST",
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(5_000),
  });
  if (!answer.ok) throw new Error(`${member.name} refused ${path}: ${await answer.text()}`);
  return answer.json();
}

/** Tries until it gives something; what it throws counts as nothing. */
export async function eventually(what, work, signal) {
  const endMs = Date.now() + timeoutMs;
  for (;;) {
    signal.throwIfAborted();
    const found = await work().catch(() => undefined);
    if (found !== undefined) return found;
    if (Date.now() > endMs) throw new Error(`it did not come true that ${what}.`);
    await new Promise((done) => setTimeout(done, waitMs));
  }
}

/** The member that leads, as one of those that run knows it. */
export function leaderOf(members, signal) {
  return eventually(
    "a member leads",
    async () => {
      for (const member of members) {
        const { header, leader } = await ask(member, "maintenance/status").catch(() => ({}));
        if (leader !== undefined && leader !== "0" && leader === header.member_id) return member;
      }
      return undefined;
    },
    signal,
  );
}

/** The newest revision that a member itself holds; rejects while it does not answer. */
export async function revisionOf(member) {
  const { header } = await ask(member, "kv/range", { key: Buffer.from("/").toString("base64"), serializable: true });
  return Number(header.revision);
}

/** A member without its disk is another one: the cluster forgets the old, and takes the new one by the same addresses. */
export async function replaceMember(cluster, member, signal) {
  const other = cluster.members.find((each) => each !== member);
  const { members } = await ask(other, "cluster/member/list");
  const { ID } = members.find(({ name }) => name === member.name);
  const order = (path, body) =>
    eventually(`the cluster did ${path}`, () => ask(other, `cluster/member/${path}`, body), signal);
  await order("remove", { ID });
  await order("add", { peerURLs: [`http://127.0.0.1:${member.peer}`] });
  cluster.forget(member);
  cluster.start(member, { "--initial-cluster-state": "existing" });
}
