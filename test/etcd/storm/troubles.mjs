// What happens to the members during the storm, one after the other.
import { pause } from "../support.mjs";

/** As the password of the user root. */
export const root = ["--user", "root:root-password"];

/** `network`: of the cluster, or `undefined`; members are then stopped in place of being cut off. */
export function createTroubles({ cluster, network, followed }) {
  const succeeds = (...args) =>
    cluster.ctl(...root, ...args).then(
      () => true,
      () => false,
    );
  const killed = async (member) => {
    await cluster.kill(member);
    await pause(700);
    cluster.start(member);
  };
  const hangs = async (member, ms) => {
    member.process.kill("SIGSTOP");
    await pause(ms);
    member.process.kill("SIGCONT");
  };
  const leader = async () => (await cluster.leader(...root)) ?? cluster.members[0];

  return {
    "leader killed": async () => killed(await leader()),
    // Its sockets stay open.
    "leader hangs": async () => hangs(await leader(), 2_500),
    async compacted() {
      const status = await cluster.ctl(...root, "get", "x", "-w", "json").catch(() => "{}");
      const revision = JSON.parse(status).header?.revision;
      if (revision > 1) await succeeds("compact", `${revision}`);
    },
    "followed member hangs": async (turn) => hangs(followed(turn), 12_000),
    // The member still answers, but has nobody who agrees: what it knows gets old.
    async "followed member is partitioned"(turn) {
      const member = followed(turn);
      if (network === undefined) return hangs(member, 4_000);
      network.partition(member.at);
      await pause(4_000);
      network.heal(member.at);
    },
    async "leader is swallowed by the network"() {
      const member = await leader();
      if (network === undefined) return hangs(member, 4_000);
      network.swallow(member.at);
      await pause(4_000);
      network.giveBack(member.at);
    },
    // The right is taken away and given back, which makes every login old; the member that a core agent follows dies meanwhile.
    async "logins expire"(turn) {
      const denied = await succeeds("user", "revoke-role", "agent", "fleet");
      await killed(followed(turn));
      for (let tries = 0; denied && tries < 60; tries += 1) {
        if (await succeeds("user", "grant-role", "agent", "fleet")) return;
        await pause(250);
      }
    },
  };
}
