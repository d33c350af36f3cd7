// A member that is cut off from the others, but not from its clients.
import { connectTo } from "../../packages/configstream/build/store/index.js";
import { agentOf } from "./cases.mjs";
import { startCluster } from "./cluster.mjs";
import { makeNetwork } from "./network.mjs";
import { check, pause, until } from "./support.mjs";

export async function cutOffMember({ tell }) {
  const network = makeNetwork(3);
  if (network === undefined) {
    tell("left out: network namespaces cannot be made here");
    return;
  }
  const cluster = await startCluster({ network });
  const put = (value) => ({ request_put: { key: Buffer.from("/fleet/prod/a"), value: Buffer.from(`${value}`) } });
  const [cut, other] = cluster.members;
  const layers = { "remote-config": "/fleet/prod/" };
  const followed = agentOf({ endpoints: [cut.endpoint], layers });
  const late = agentOf({ endpoints: [cut.endpoint], layers, startTimeoutMs: 2_000 });
  const several = agentOf({ endpoints: cluster.endpoints, layers });
  try {
    await cluster.healthy();
    await cluster.ctl("put", "/fleet/prod/a", "1");
    await followed.start();
    network.partition(cut.at);
    const connection = await connectTo({ tls: undefined, auth: undefined })(other.endpoint);
    await until("the others go on without it", () =>
      connection.txn({ compare: [], success: [put(2)] }).then(
        ({ succeeded }) => succeeded,
        () => false,
      ),
    );
    connection.close();
    await until("the loss is noticed", () => followed.status().store.state === "away");
    await late.start();
    await several.start();
    check("a member that is cut off is not asked for what it knows", late.get("a") === undefined);
    check("which stands in the status", late.status().store.fault === "unavailable");
    await until("another member is found", () => several.get("a")?.value === 2);
    await pause(1_000);
    check("what was known before stays", followed.get("a")?.value === 1 && followed.status().store.state === "away");
    network.heal(cut.at);
    await until("it is followed again", () => followed.get("a")?.value === 2 && late.get("a")?.value === 2);
    check("when it is back with the others, it is followed from where they are", several.get("a")?.value === 2);
  } finally {
    for (const agent of [followed, late, several]) await agent.stop();
    await cluster.stop();
    network.remove();
  }
}
