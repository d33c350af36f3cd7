// Users and tokens of real members.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { connectTo } from "../../packages/configstream/build/store/index.js";
import { agentOf, withFolder } from "./cases.mjs";
import { startCluster } from "./cluster.mjs";
import { check, pause, until } from "./support.mjs";

const root = ["--user", "root:root-password"];
const prefix = "/fleet/prod/";
const ttlSeconds = 2;

async function withUsers(work) {
  await withFolder(async (folder) => {
    const cluster = await startCluster({ flags: { "--auth-token-ttl": `${ttlSeconds}` } });
    const passwordFile = join(folder, "password");
    writeFileSync(passwordFile, "first\n", { mode: 0o600 });
    const auth = { user: "agent", passwordFile };
    const logs = [];
    const store = { endpoints: cluster.endpoints, layers: { "remote-config": prefix }, auth };
    const agent = agentOf(store, undefined, (_level, message) => logs.push(message));
    try {
      await cluster.healthy();
      await cluster.ctl("user", "add", "root:root-password");
      await cluster.ctl("user", "grant-role", "root", "root").catch(() => {});
      await cluster.ctl("role", "add", "reader");
      await cluster.ctl("role", "grant-permission", "reader", "--prefix=true", "read", prefix);
      await cluster.ctl("user", "add", "agent:first");
      await cluster.ctl("user", "grant-role", "agent", "reader");
      await cluster.ctl("auth", "enable");
      const put = (value) => cluster.ctl(...root, "put", `${prefix}a`, `${value}`);
      const followedDies = async () => {
        const { endpoint } = agent.status().store;
        const member = cluster.members.find((each) => each.endpoint === endpoint);
        await cluster.kill(member);
        cluster.start(member);
        await cluster.healthy(...root);
      };
      await put(1);
      await agent.start();
      await work({ cluster, agent, logs, auth, passwordFile, put, followedDies });
    } finally {
      await agent.stop();
      await cluster.stop();
    }
  });
}

/** Tokens that nothing is asked with get old while the core agent runs. */
export const expiredTokens = () =>
  withUsers(async ({ cluster, agent, auth, put, followedDies }) => {
    const idle = await connectTo({ tls: undefined, auth })(cluster.endpoints[0]);
    const key = Buffer.from(`${prefix}a`);
    await idle.range({ key });
    await pause(2_500 * ttlSeconds);
    const { fault, message } = await idle.range({ key }).catch((error) => error);
    idle.close();
    check(
      "a token is old when nothing was asked with it for long",
      fault === "refused" && message.includes("invalid auth token"),
    );
    await put(2);
    await until("a change arrives after the token got old", () => agent.get("a")?.value === 2);
    check("the watch goes on when its token gets old", agent.status().store.reads === 1);
    await followedDies();
    await put(3);
    await until("a change arrives by another member", () => agent.get("a")?.value === 3);
    check("a new connection logs in anew", agent.status().store.reads > 1);
  });

/** A login that does not come back by itself. */
export const refusedLogin = () =>
  withUsers(async ({ cluster, agent, logs, passwordFile, put, followedDies }) => {
    await cluster.ctl(...root, "user", "delete", "agent");
    await cluster.ctl(...root, "user", "add", "agent:second");
    await cluster.ctl(...root, "user", "grant-role", "agent", "reader");
    await followedDies();
    await put(2);
    await until("the refusal stands in the status", () => agent.status().store.fault === "refused");
    // The member that died has come back by then, and refuses as well.
    await pause(3_000);
    const { state, fault, reason } = agent.status().store;
    check(
      "a login that is refused for good stands in the status",
      state === "away" && fault === "refused" && reason.includes("authentication failed"),
    );
    check("the last state serves meanwhile", agent.get("a")?.value === 1);
    check(
      "it was said once, without the password",
      logs.filter((line) => line.includes("is away")).length === 1 && !logs.join().includes("first"),
    );
    writeFileSync(passwordFile, "second\n");
    await until("a new password in the file is used", () => agent.get("a")?.value === 2);
    check("and is followed again with the new password", agent.status().store.fault === undefined);

    await cluster.ctl(...root, "role", "revoke-permission", "reader", prefix, "/fleet/prod0");
    await followedDies();
    await put(3);
    await until("a right that is taken away stands in the status", () => {
      const { reason: why = "", fault: kind } = agent.status().store;
      return kind === "refused" && why.includes("permission denied");
    });
    check("a right that was taken away is a refusal too", agent.get("a")?.value === 2);
  });
