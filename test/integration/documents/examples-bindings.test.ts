import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { blocksOf, readPage, root } from "../../support/documents/documents.js";
import { variablesFor, Workshop } from "../../support/memory/workshop.js";

const workshop = new Workshop();

async function start(name: string, defaults: Readonly<Record<string, string | number | boolean>>) {
  const agent = await workshop.agent({ defaults });
  return { agent, program: workshop.node([`examples/bindings/${name}.mjs`], variablesFor(agent)) };
}

describe("the examples of bindings", { timeout: 60_000 }, () => {
  it("together: shows host and port of one state, and keeps both while the host is missing", async () => {
    const { agent, program } = await start("together", { "db.port": 1 });
    await expect(program.printed("database:")).rejects.toThrow(/db\.host: It is required, and missing/);
    agent.setMany({ "db.host": "a", "db.port": 2 });
    const again = workshop.node(["examples/bindings/together.mjs"], variablesFor(agent));
    await again.printed("database: a:2\n");
    agent.setMany({ "db.host": "b", "db.port": 3 });
    await again.printed("database: b:3\n");
    expect(again.output).not.toMatch(/a:3|b:2/);
    agent.transaction((transaction) => {
      transaction.unset("db.host");
      transaction.set("db.port", 4);
    });
    await again.printed("database: b:3, and a change was refused\n");
    expect(await again.end()).toBe(0);
  });

  it("pool: zod judges the settings; the pool is rebuilt once a change, and stays as it is when they do not pass", async () => {
    const { agent, program } = await start("pool", { "db.host": "a" });
    await program.printed("opened 4 connections to a:5432\n");
    agent.setMany({ "db.host": "b", "db.port": 6000, "db.pool_size": 8 });
    await program.printed("closed 4 connections to a:5432\n");
    agent.set("db.pool_size", 1_000);
    await program.printed("db.pool_size: ");
    agent.set("db.pool_size", 2);
    await program.printed("closed 8 connections to b:6000\n");
    expect(await program.end()).toBe(0);
    expect(program.output.match(/opened .*/g)).toEqual([
      "opened 4 connections to a:5432",
      "opened 8 connections to b:6000",
      "opened 2 connections to b:6000",
    ]);
  });

  it("computed: valibot judges an input; the value is computed once a change, and kept when the input does not pass", async () => {
    const { agent, program } = await start("computed", { workers: 2 });
    await program.printed("a token each 20 ms, at most 50\n");
    agent.setMany({ workers: 4, "limits.per_second": 400, "limits.burst": 2 });
    await program.printed("a token each 10 ms, at most 200\n");
    agent.set("limits.burst", -1);
    await program.printed("limits.burst: ");
    agent.set("limits.burst", 1);
    await program.printed("a token each 10 ms, at most 100\n");
    expect(await program.end()).toBe(0);
    expect(program.output.match(/a token/g)).toHaveLength(3);
  });

  it("at-once: the listener is called at the beginning, and at each change", async () => {
    const { agent, program } = await start("at-once", { "features.search": true });
    await program.printed("search is on\n");
    agent.setMany({ "features.search": false, "features.banner": true });
    await program.printed("banner is on, search is off\n");
    expect(await program.end()).toBe(0);
  });
});

it("the README's example of one read or several runs as it stands, and prints what the README says", () => {
  const blocks = blocksOf("README.md", readPage("README.md"));
  const at = blocks.findLastIndex(({ run }) => run);
  const program = spawnSync(process.execPath, ["--input-type=module", "-e", blocks[at]?.code ?? ""], {
    cwd: root,
    encoding: "utf8",
  });
  expect(blocks[at + 1]?.language).toBe("text");
  expect(program.stdout + program.stderr).toBe(blocks[at + 1]?.code);
});
