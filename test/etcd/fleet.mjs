// `configstream fleet` and `configstream agent --store` with a real member.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createCoreAgent } from "configstream/core-agent";
import { connectTo, openFleet } from "../../packages/configstream/build/store/index.js";
import { startCluster } from "./cluster.mjs";
import { check, until } from "./support.mjs";

const main = fileURLToPath(new URL("../../packages/configstream/dist/cli/main.js", import.meta.url));

export async function fleetCommands() {
  const folder = mkdtempSync(join(tmpdir(), "configstream-fleet-"));
  const cluster = await startCluster({ size: 1 });
  const store = { endpoints: cluster.endpoints, layers: { "remote-config": "/fleet/prod/" } };
  const agent = createCoreAgent({ env: false, address: "127.0.0.1:0", store });
  const file = join(folder, "fleet.yaml");
  writeFileSync(file, JSON.stringify(store));
  const fleet = (...args) =>
    new Promise((done) => {
      const env = { ...process.env, CONFIGSTREAM_STORE: file, NO_COLOR: "1" };
      execFile(process.execPath, [main, "fleet", ...args], { env }, (error, out, err) =>
        done({ code: error?.code ?? 0, out, err }),
      );
    });
  const stored = async (...args) => JSON.parse((await fleet("export", ...args)).out);
  /** Whether a change that was good is refused, because its guards were made stricter before it was written. */
  const racedByGuards = async () => {
    const connection = await connectTo({ tls: undefined, auth: undefined })(cluster.endpoints[0]);
    const strict = join(folder, "strict.json");
    writeFileSync(strict, JSON.stringify({ "batch.size": { max: 10 } }));
    const raced = {
      ...connection,
      async txn(request) {
        await fleet("guards", strict);
        return connection.txn(request);
      },
    };
    const note = { by: "anna", reason: "race", atMs: Date.now() };
    const wanted = new Map([["batch.size", 60]]);
    const { code } = await openFleet(raced, "/fleet/prod/")
      .write(wanted, { note, dryRun: false })
      .catch((error) => error);
    connection.close();
    return code === "refused_value" && (await stored())["batch.size"] !== 60;
  };
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  try {
    await cluster.healthy();
    await agent.start();
    const first = agent.sequenceId;
    const set = await fleet(
      "set",
      "Log_Level=debug",
      "batch.size=50",
      "api_key=secret1",
      "--reason",
      "incident 4711",
      "--by",
      "anna",
    );
    check("a set of several keys is one transaction", set.code === 0 && set.out.includes("Written as revision"));
    check("and shows no credential", !set.out.includes("secret1") && set.out.includes("********"));
    await until("the agent has it", () => agent.get("batch.size")?.value === 50);
    check(
      "and one change set at the agent",
      agent.sequenceId === first + 1 && agent.get("log_level").value === "debug",
    );
    const revision = Number(/revision (\d+)/.exec(set.out)[1]);
    const again = await fleet("set", "log_level=debug");
    check("what is so already is not written", again.out.includes("Nothing differs"));
    const dry = await fleet("set", "log_level=trace", "--dry-run");
    check("a dry run writes nothing", dry.out.includes('"debug" → "trace"') && (await stored()).log_level === "debug");

    const raced = await fleet("set", "log_level=warn", "--if-revision", String(revision - 1));
    check(
      "a change after a revision that is too old is refused",
      raced.code === 1 && raced.err.includes("nothing was written"),
    );
    const swapped = await fleet("set", "log_level=warn", "--if-revision", String(revision));
    check("and passes with the newest one", swapped.code === 0);

    await cluster.ctl("put", "/fleet/prod/by.hand", "{no json");
    await cluster.ctl("put", "/fleet/prod/groups/db/x", "1");
    await fleet("unset", "batch.size", "--reason", "gone");
    const history = (await fleet("history", "--json")).out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    check(
      "the history has each transaction with who and why, newest first, those of others too",
      same(
        history.map(({ note }) => note?.reason ?? null),
        ["gone", null, "", "incident 4711"],
      ) && history[3].note.by === "anna",
    );
    const difference = await fleet("diff", String(revision));
    check(
      "two revisions are compared",
      difference.out.includes('log_level: "debug" → "warn"') && difference.out.includes("batch.size: 50 → (none)"),
    );
    const other = join(folder, "web.yaml");
    const layers = { "fleet-policies": "/fleet/prod/", "remote-config": "/fleet/prod/groups/db/" };
    writeFileSync(other, JSON.stringify({ endpoints: store.endpoints, layers }));
    await cluster.ctl("put", "/fleet/prod/groups/db/log_level", '"trace"');
    const hosts = await fleet("diff", file, other);
    check(
      "two hosts of other layers are compared by what wins in each",
      hosts.code === 0 &&
        hosts.out.includes('log_level: "warn" (remote-config) → "trace" (remote-config)\n') &&
        hosts.out.includes("x: (none) → 1 (remote-config)\n") &&
        hosts.out.includes("2 of 3 settings differ.") &&
        hosts.err.includes("/fleet/prod/by.hand in the store is no JSON"),
    );
    const alike = await fleet("diff", file, file, "--layer", "remote-config");
    check("and a host is like itself", alike.out.includes("Nothing differs in 2 settings."));
    await cluster.ctl("del", "/fleet/prod/groups/db/log_level");

    const back = await fleet("rollback", String(revision));
    check(
      "a rollback brings everything back",
      back.code === 0 && same(await stored(), await stored("--revision", String(revision))),
    );
    await until(
      "the agent has it too",
      () => agent.get("batch.size")?.value === 50 && agent.get("log_level")?.value === "debug",
    );
    check(
      "what others keep below the prefix stays",
      (await cluster.ctl("get", "/fleet/prod/groups/db/x")).includes("1"),
    );

    const rules = join(folder, "guards.json");
    writeFileSync(rules, JSON.stringify({ "batch.size": { max: 100 }, log_level: { oneOf: ["debug", "error"] } }));
    const before = await stored();
    const refused = await fleet("set", "batch.size=101", "log_level=error", "--guards", rules);
    check(
      "what breaks the guards of a file is refused with the rule, and all of the change with it",
      refused.code === 1 &&
        refused.err.includes("batch.size must be at most 100") &&
        refused.err.split("\n").length === 2 &&
        same(await stored(), before),
    );
    await fleet("guards", rules);
    check("guards are kept by the fleet", JSON.parse((await fleet("guards")).out)["batch.size"].max === 100);
    for (const [what, ...args] of [
      ["set", "batch.size=102"],
      ["dry run", "batch.size=102", "--dry-run"],
    ]) {
      const own = await fleet("set", ...args);
      check(`and judge a ${what}`, own.code === 1 && own.err.includes("/fleet/prod/.guards/rules"));
    }
    const old = await fleet("rollback", String(revision + 1));
    check("and a rollback", old.code === 1 && old.err.includes("log_level must be one of"));
    check("they are no setting", same(await stored(), before) && agent.get(".guards/rules") === undefined);
    await cluster.ctl("put", "/fleet/prod/.guards/rules", "{no json");
    check("guards that nothing can read refuse each change", (await fleet("set", "batch.size=1")).code === 1);
    await fleet("guards", rules);
    check("guards that come between the judgement of a change and its transaction refuse it", await racedByGuards());
    await fleet("guards", "--remove");
    check("without them everything passes", (await fleet("set", "batch.size=102")).code === 0);
    await fleet("set", "batch.size=50");

    const yaml = join(folder, "settings.yaml");
    writeFileSync(yaml, "log_level: error\ntags: [a, b]\n");
    await fleet("import", yaml, "--prune");
    check(
      "an import with --prune leaves what the file has",
      same(await stored(), { log_level: "error", tags: ["a", "b"] }),
    );
    const exported = await fleet("export");
    writeFileSync(yaml, exported.out);
    check("an export can be imported", (await fleet("import", yaml, "--prune")).out.includes("Nothing differs"));

    const many = Object.fromEntries(Array.from({ length: 200 }, (_unused, at) => [`k${at}`, at]));
    writeFileSync(yaml, JSON.stringify(many));
    const large = await fleet("import", yaml);
    check(
      "what is too much for one transaction is refused with a reason",
      large.code === 1 && large.err.includes("--max-txn-ops"),
    );
    await cluster.ctl("compact", String(revision + 1));
    const compacted = await fleet("rollback", String(revision));
    check(
      "a revision that is not kept any more is said to be so",
      compacted.code === 1 && compacted.err.includes("compacted"),
    );
    check("the history goes on from what is kept", (await fleet("history")).out.includes("revision"));
    await agent.stop();
    await cluster.kill(cluster.members[0]);
    const away = await fleet("get");
    check("a store that is away is said in one line", away.code === 1 && away.err.split("\n").length === 2);
  } finally {
    await agent.stop();
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
