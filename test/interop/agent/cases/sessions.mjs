// Sessions with the registry, of newer and older agents.
import { check, until } from "../trial.mjs";

const grpc = { unavailable: 14, internal: 13, permissionDenied: 7 };
const stream = "/datadog.api.v1.AgentSecure/StreamConfigEvents";

export const sessionsCases = [
  {
    promise: "it shows itself as the contract says: sentinel address, no services, session and token in the metadata",
    async run(t) {
      await t.startAgent();
      await t.liveConsumer();
      const seen = await t.agent.report();
      check(seen.registrations.length === 1, `it registered ${seen.registrations.length} times`);
      const [{ service, pid, flavor, displayName, uri, services }] = seen.registrations;
      check(service === "RemoteAgent", `it registered with ${service}`);
      check(pid === String(process.pid), "it gave another process id");
      check(flavor === "interop-client" && displayName === "interop-client", "it gave another name");
      check(uri === "https://configstream-consumer/interop-client", `it gave the address ${uri}`);
      check(services.length === 0, "it offered services");
      check(seen.streamNames.join() === "interop-client", `it named its stream ${seen.streamNames}`);
      const names = seen.metadata[stream].filter(
        (name) => !/^(:authority|accept-encoding|content-type|user-agent|te|grpc-.*)$/.test(name),
      );
      check(names.join() === "authorization,session_id", `the stream's metadata are ${names}`);
    },
  },
  {
    promise: "after the eviction of its session it registers again, and loses nothing",
    flags: { refresh: 1 },
    async run(t) {
      await t.startAgent();
      const observed = await t.liveConsumer();
      check((await t.agent.command("evict")) === 1, "there was not one session");
      let count = 0;
      await until(
        async () => {
          await t.agent.set("agent-runtime", "interop.count", ++count);
          return t.agent.report();
        },
        (seen) => seen.registrations.length === 2 && seen.streamsOpen === 1,
        15_000,
        () => "it did not register again",
      );
      await t.settled(observed);
      const seen = await t.agent.report();
      check(seen.refusals.NotFound === 1, "the refresh was not refused");
      check(seen.streamsOpened === 2, `it opened ${seen.streamsOpened} streams`);
    },
  },
  {
    promise: "when its session is gone and the stream ends as well, it registers again at once",
    async run(t) {
      await t.startAgent();
      const observed = await t.liveConsumer();
      await t.agent.command("evict");
      await t.agent.set("agent-runtime", "interop.count", 1);
      await t.agent.command("end", { count: grpc.unavailable });
      await t.agent.unset("agent-runtime", "interop.count");
      await t.settled(observed);
      const seen = await t.agent.report();
      check(seen.refusals.PermissionDenied === 1, "the stream was not refused");
      check(seen.registrations.length === 2, `it registered ${seen.registrations.length} times`);
    },
  },
  {
    promise: "a session that it does not register itself, fixed or from the application, works the same",
    async run(t) {
      await t.startAgent();
      const sessionId = await t.agent.command("session");
      const fixed = await t.startConsumer({ sessionId });
      await t.settled(fixed);
      let asked = 0;
      const sessionIdProvider = () => {
        asked += 1;
        return t.agent.command("session");
      };
      const provided = await t.startConsumer({ sessionIdProvider, clientName: "interop-client-2" });
      await t.settled(provided);
      check(asked === 1, `the provider was asked ${asked} times`);
      await t.agent.command("evict");
      await t.agent.command("end");
      await t.agent.set("agent-runtime", "interop.after", true);
      await t.settled(provided);
      check(asked >= 2, "the provider was not asked for another session");
      await fixed.reached(({ state }) => state === "failed", "the rejected fixed session does not show");
      check(fixed.reader.isSet("log_level"), "the settings are gone with the session");
      check(!(await fixed.everythingTold()).includes(sessionId), "the session stands in a log, the status or a metric");
      check((await t.agent.report()).registrations.length === 0, "one of them registered");
    },
  },
  {
    promise: "a stream that ends with PERMISSION_DENIED makes it register again",
    async run(t) {
      await t.startAgent();
      const observed = await t.liveConsumer();
      await t.agent.command("end", { count: grpc.permissionDenied });
      await t.agent.set("agent-runtime", "interop.after", true);
      await t.settled(observed);
      check((await t.agent.report()).registrations.length === 2, "it kept its session");
    },
  },
  {
    promise: "an older agent without the RemoteAgent service is served by AgentSecure, which is remembered",
    flags: { services: "secure", refresh: 1 },
    async run(t) {
      await t.startAgent();
      const observed = await t.liveConsumer();
      await t.report(({ refreshes }) => refreshes.AgentSecure >= 2, "it did not refresh");
      await t.agent.command("evict");
      await t.report(({ registrations }) => registrations.length === 2, "it did not register again");
      await t.agent.set("agent-runtime", "interop.after", true);
      await t.settled(observed);
      const { requests } = await t.agent.report();
      const newer = Object.entries(requests).filter(([path]) =>
        path.startsWith("/datadog.remoteagent.v1.RemoteAgent/"),
      );
      check(newer.length === 1 && newer[0][1] === 1, `it asked the other service again: ${JSON.stringify(newer)}`);
    },
  },
  {
    promise: "an agent that is replaced by an older one, and that by a newer one, is followed",
    async run(t) {
      await t.startAgent();
      const observed = await t.liveConsumer();
      for (const services of ["secure", "both"]) {
        await t.agent.kill();
        await t.startAgent({ services });
        await t.agent.set("agent-runtime", "interop.services", services);
        await t.settled(observed);
      }
    },
  },
];
