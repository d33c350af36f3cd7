/** The kit judges core agents by what their streams show. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type CoreAgent, createCoreAgent, type DialectName } from "configstream/core-agent";
import { afterEach, beforeEach, expect, it } from "vitest";
import {
  agentScenarios,
  choose,
  type JudgedAgent,
  judgeAgent,
} from "../../../packages/configstream/src/conformance/index.js";
import { parseCertificateFile } from "../../../src/worker/link/credentials.js";

let agent: CoreAgent | undefined;
/** Where commands have the core agent changed. */
let control: Server;

beforeEach(async () => {
  control = createServer(async (request, response) => {
    const words: string[] = JSON.parse((await request.toArray()).join(""));
    const pairs = words.map((word) => word.split("=") as [string, string]);
    if (request.url === "/unset") for (const [key] of pairs) agent?.unset(key);
    else if (request.url === "/each") for (const [key, value] of pairs) agent?.set(key, value);
    else if (request.url === "/many") agent?.setMany(Object.fromEntries(pairs));
    response.end();
  }).listen(0, "127.0.0.1");
  await once(control, "listening");
});

afterEach(async () => {
  control.close();
  await agent?.stop();
});

/** A command line that has the core agent changed. */
function command(path: string, words: string): string {
  const { port } = control.address() as AddressInfo;
  // Not `fetch`, which takes longer to load than Node.js to start.
  const post = `require('http').request('http://127.0.0.1:${port}/${path}', { method: 'POST' })`;
  return `"${process.execPath}" -e "${post}.end(JSON.stringify(process.argv.slice(1)))" ${words}`;
}

async function judge(dialect: DialectName, commands: JudgedAgent["commands"], patienceMs = 20_000) {
  agent = createCoreAgent({ address: "127.0.0.1:0", env: false, dialect, defaults: { log_level: "info", tags: [] } });
  await agent.start();
  const { address, authTokenFile, ipcCertFile } = agent;
  const credentials = {
    token: readFileSync(authTokenFile, "utf8").trim(),
    ...parseCertificateFile(readFileSync(ipcCertFile, "utf8"), ipcCertFile, Date.now()),
  };
  const where = { address, authTokenFile, ipcCertFile, credentials };
  const judged: JudgedAgent = { ...where, commands, key: "log_level", values: ["warn", "debug"], patienceMs };
  return judgeAgent(agentScenarios, judged, new AbortController().signal, () => {});
}

it.each(["newest", "leaf", "section-merged"] as const)(
  "the embedded core agent passes all scenarios in the dialect %s",
  { timeout: 120_000 },
  async (dialect) => {
    const commands = {
      set: command("each", "{key}={value}"),
      unset: command("unset", "{key}"),
      setMany: command("many", "{pairs}"),
    };
    const verdicts = await judge(dialect, commands);
    expect(verdicts.filter(({ outcome }) => outcome !== "passed")).toEqual([]);
    expect(verdicts.length).toBe(agentScenarios.length);
  },
);

it("what needs a command that is not given is skipped, with the option that is missing", async () => {
  const verdicts = await judge("newest", {});
  expect(verdicts.filter(({ outcome }) => outcome === "failed")).toEqual([]);
  const skipped = verdicts.filter(({ outcome }) => outcome === "skipped");
  expect(skipped.map(({ id, reason }) => `${id}: ${reason}`)).toEqual([
    "changes-in-order: give --set to have it judged",
    "late-stream: give --set to have it judged",
    "unset: give --set to have it judged",
    "change-set-whole: give --set-many to have it judged",
  ]);
});

it("a core agent that does not change, or sends related settings one by one, fails", { timeout: 120_000 }, async () => {
  const commands = { set: command("nothing", ""), unset: command("nothing", ""), setMany: command("each", "{pairs}") };
  const verdicts = await judge("newest", commands, 3_000);
  const failed = verdicts.filter(({ outcome }) => outcome === "failed");
  expect(failed.map(({ id }) => id)).toEqual(["changes-in-order", "late-stream", "unset", "change-set-whole"]);
  expect(failed[0]).toMatchObject({ expected: "log_level = warn, within 3 s", seen: "info" });
  expect(failed.at(-1)?.seen).toMatch(/^1 of them after a/);
});

it("scenarios are chosen by id or group, and names of none are reported", () => {
  const { chosen, unknown } = choose(agentScenarios, ["access", "unset", "nothing"], ["registers"]);
  const ids = ["token-required", "refreshes", "stream-without-session", "stream-of-unknown-session", "unset"];
  expect(chosen.map(({ id }) => id)).toEqual(ids);
  expect(unknown).toEqual(["nothing"]);
});
