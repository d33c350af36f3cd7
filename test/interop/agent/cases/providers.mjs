// What a consumer serves to the agent, called through the published generated code.
import { once } from "node:events";
import { join } from "node:path";
import { check, until } from "../trial.mjs";

const services = ["status", "telemetry", "flare", "command"];

/** Asks everything there is to ask, and checks it against what the agent holds. */
async function checkAnswers(t, observed) {
  const ask = (key, fields = {}) => t.agent.command("ask", { key, ...fields });
  await t.agent.set("cli", "log_level", "trace");
  await t.agent.set("file", "interop.api_key", t.directory.token);
  await t.settled(observed);
  const { sequenceId } = await t.agent.command("state");

  const status = await ask("status");
  check(status[""].state === "live", `the status says ${status[""].state}`);
  check(status[""].sequence_id === String(sequenceId), `the status says sequence id ${status[""].sequence_id}`);
  const metrics = await ask("telemetry");
  check(
    metrics.includes(`configstream_consumer_last_sequence_id{client="interop-client"} ${sequenceId}\n`),
    "the metrics do not say the sequence id",
  );
  const files = await ask("flare");
  check(files["settings.txt"].includes('log_level: "trace" (cli)\n'), "the flare does not list log_level");
  check(files["settings.txt"].includes('interop.api_key: "********" (file)\n'), "the flare does not mask the key");
  check(files["status.txt"].startsWith("state: live\n"), "the flare has no status");
  const commands = await ask("list");
  check(
    commands.join() === ["explain", "status", "held", "doctor", "judge"].map((name) => `interop-client ${name}`).join(),
    `the commands are ${commands}`,
  );
  const explained = await ask("run", { path: ["explain"], arguments: { key: "log_level" } });
  check(explained.code === 0, `explain ended with ${explained.code}: ${explained.stderr}`);
  check(explained.stdout.startsWith('log_level: "trace"\nSource cli;'), `explain said ${explained.stdout}`);
  const { code, stdout } = await ask("run", { path: ["doctor"] });
  check(code === 0, `doctor ended with ${code}: ${stdout}`);

  const everything = JSON.stringify([status, metrics, files, commands, explained, stdout]);
  check(!everything.includes(t.directory.token), "the token stands in an answer");
}

export const providersCases = [
  {
    promise: "one that serves is listed with its services, and answers with status, metrics, a flare and commands",
    async run(t) {
      await t.startAgent();
      const observed = await t.liveConsumer({ serve: true });
      const { registrations } = await t.agent.report();
      check(registrations.length === 1, `it registered ${registrations.length} times`);
      check(/^https:\/\/127\.0\.0\.1:\d+$/.test(registrations[0].uri), `it registered ${registrations[0].uri}`);
      const offered = registrations[0].services.map((name) => name.split(".")[2]);
      check(offered.join() === services.join(), `it offers ${registrations[0].services}`);
      await checkAnswers(t, observed);
    },
  },
  {
    promise: "one that serves on a Unix socket answers there",
    async run(t) {
      await t.startAgent();
      const address = `unix://${join(t.directory.path, "consumer.sock")}`;
      const observed = await t.liveConsumer({ serve: { address } });
      const { registrations } = await t.agent.report();
      check(registrations[0].uri === address, `it registered ${registrations[0].uri}`);
      await checkAnswers(t, observed);
    },
  },
  {
    promise: "one that serves answers in its new session after it had to register again",
    flags: { refresh: 1 },
    async run(t) {
      await t.startAgent();
      const observed = await t.liveConsumer({ serve: true });
      await t.agent.command("evict");
      const { registrations } = await t.report((seen) => seen.registrations.length === 2, "it did not register again");
      check(registrations[0].uri === registrations[1].uri, "it registered another address");
      await t.settled(observed);
      await checkAnswers(t, observed);
    },
  },
  {
    promise: "one that serves comes back with its worker, at a new address that it registers",
    async run(t) {
      await t.startAgent();
      const worker = once(process, "worker");
      const observed = await t.liveConsumer({ serve: true });
      await (await worker)[0].terminate();
      const { registrations } = await t.report((seen) => seen.registrations.length === 2, "it did not register again");
      check(registrations[0].uri !== registrations[1].uri, "it registered the address of the dead");
      await until(
        () => observed.status(),
        ({ state }) => state === "live",
        15_000,
        ({ state }) => `it is ${state}`,
      );
      await t.settled(observed);
      await checkAnswers(t, observed);
    },
  },
];
