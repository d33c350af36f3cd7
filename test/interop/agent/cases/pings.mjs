// Pings, and long silence that is no fault.
import { setTimeout as sleep } from "node:timers/promises";
import { check } from "../trial.mjs";

export const pingsCases = [
  {
    promise: "pings that are too many for the agent are answered by too_many_pings once; it recovers and pings no more",
    ways: ["grpc"],
    async run(t) {
      await t.startAgent();
      const observed = await t.liveConsumer({ keepaliveIntervalMs: 200, keepaliveTimeoutMs: 2_000 });
      await refusedOnce(t, observed);
      const { pings } = await t.agent.report();
      await sleep(3_000);
      const seen = await t.agent.report();
      check(seen.pings === pings, "it still pings");
      check(seen.goAways.length === 1, "the agent complained again");
      await t.agent.set("agent-runtime", "interop.after", true);
      await t.settled(observed);
    },
  },
  {
    promise: "with a hundredth of all intervals, pings at the refused interval are not complained about again",
    ways: ["grpc"],
    aside: true,
    // The session comes from the application, so that nothing but pings goes over the wire: whatever the agent sends makes
    // it forget pings that came too soon.
    flags: { "min-ping": "3s", idle: "1h" },
    async run(t) {
      await t.startAgent();
      const observed = await t.liveConsumer({
        sessionIdProvider: () => t.agent.command("session"),
        keepaliveIntervalMs: 300,
        keepaliveTimeoutMs: 2_000,
        keepaliveRefusedIntervalMs: 3_300,
      });
      await refusedOnce(t, observed);
      const before = (await t.agent.report()).pings;
      await sleep(20_000);
      const seen = await t.agent.report();
      check(seen.pings - before >= 5, `it sent ${seen.pings - before} pings`);
      check(seen.goAways.length === 1, `the agent complained again: ${seen.goAways}`);
      check(seen.streamsOpened === 2, `it opened ${seen.streamsOpened} streams`);
      await t.agent.set("agent-runtime", "interop.after", true);
      await t.settled(observed);
    },
  },
  {
    promise: "pings as often as every 200 ms are nothing that net/http complains about",
    ways: ["net-http"],
    async run(t) {
      await t.startAgent();
      const observed = await t.liveConsumer({ keepaliveIntervalMs: 200, keepaliveTimeoutMs: 2_000 });
      const seen = await t.report(({ pings }) => pings >= 20, "it does not ping");
      check(seen.goAways.length === 0 && seen.connections === 1, "the agent complained");
      await t.agent.set("agent-runtime", "interop.after", true);
      await t.settled(observed);
    },
  },
  {
    // A tenth of all intervals: 10 minutes are 60 s, with as many pings (20) and refreshes (60) as ever. The same goes for
    // grpc-go's own listener: it counts pings that come too soon, but forgets them whenever it sends something itself, and
    // between two pings it has answered three refreshes.
    promise:
      "ten idle minutes in a tenth of the time: one connection, one session, one stream, no complaint, still live",
    aside: true,
    flags: { refresh: 1, idle: "3s" },
    async run(t) {
      await t.startAgent();
      const observed = await t.liveConsumer({ keepaliveIntervalMs: 3_000, keepaliveTimeoutMs: 1_000 });
      await sleep(60_000);
      const seen = await t.agent.report();
      check(seen.pings >= 18 && seen.pings <= 21, `it sent ${seen.pings} pings`);
      const refreshes = seen.refreshes.RemoteAgent;
      check(refreshes >= 50 && refreshes <= 67, `it refreshed ${refreshes} times`);
      check(seen.goAways.length === 0, `the agent complained: ${seen.goAways}`);
      check(seen.connections === 1, `it made ${seen.connections} connections`);
      check(seen.registrations.length === 1, `it registered ${seen.registrations.length} times`);
      check(seen.streamsOpened === 1, `it opened ${seen.streamsOpened} streams`);
      check((await observed.metric("reconnect_count")) === 0, "it counts a reconnect");
      await t.agent.set("agent-runtime", "interop.after", true);
      await t.settled(observed);
    },
  },
];

async function refusedOnce(t, observed) {
  await t.report(
    ({ goAways }) => goAways.some((text) => text.includes("ENHANCE_YOUR_CALM") && text.includes("too_many_pings")),
    "the agent did not complain",
  );
  check(observed.reader.isSet("log_level"), "the settings are gone");
  await t.report((seen) => seen.streamsOpened === 2, "it did not come back");
  await t.settled(observed);
}
