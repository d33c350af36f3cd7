// Puts the consumer to the real configuration code of old and new core agents: the core agent in Go, built with a published
// version of the module nodetreemodel, goes through a random history; after every burst of changes the reader has to come to
// the values that the module's own getters give. `node test/interop/senders.mjs [changes a history] [--write]`; `--write`
// puts the table into docs/fidelity.md.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeBetween } from "../../scripts/written-table.mjs";
import { buildAgent } from "./agent/process.mjs";
import { Trial } from "./agent/trial.mjs";
import { namedHistory, randomHistory } from "./senders/history.mjs";
import { playTo } from "./senders/play.mjs";

const buildScript = fileURLToPath(new URL("../../scripts/build.mjs", import.meta.url));
const page = new URL("../../docs/fidelity.md", import.meta.url);

/** `reopens`: whether a stream may be reopened by the rule of ambiguous updates. */
const senders = [
  { version: "v0.82.3", reopens: true },
  { version: "v0.83.3", reopens: true },
  // Two ways: as its module has it, and as a stream has it that knows no cleared source.
  { version: "v0.84.0", reopens: false },
  { version: "v0.84.0", flags: { "plain-unsets": true }, reopens: true },
  { version: "v0.85.4", reopens: false },
];

const dialects = ["auto", "leaf", "newest"];
const seed = 20_260_819;

/** Plays to every sender in every dialect; `tell(name, problem)` is called for each. Gives the measured rows. */
export async function checkSenders(tell, { changes = 300, burst = 25 } = {}) {
  const build = spawnSync(process.execPath, [buildScript], { encoding: "utf8" });
  if (build.status !== 0) throw new Error(`the library could not be built: ${build.stdout}${build.stderr}`);
  const { createConsumer } = await import("configstream-consumer");
  const directory = mkdtempSync(join(tmpdir(), "interop-senders-"));
  const rows = [];
  try {
    const binaries = new Map();
    for (const { version } of senders) {
      if (!binaries.has(version)) binaries.set(version, buildAgent(directory, version));
    }
    const played = senders.flatMap((sender) => dialects.map((dialect) => ({ sender, dialect })));
    rows.push(
      ...(await Promise.all(
        played.map(({ sender, dialect }) =>
          playOne({ createConsumer, binary: binaries.get(sender.version) }, sender, dialect),
        ),
      )),
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  return rows;

  async function playOne(kit, sender, dialect) {
    const trial = new Trial(kit, { serve: "grpc", ...sender.flags });
    const name = `${nameOf(sender)}, dialect ${dialect}`;
    try {
      const history = [...namedHistory, ...randomHistory(changes, burst, seed)];
      const row = { name, ...(await playTo(trial, dialect, history)) };
      tell(
        `${name}: the reader equals the module after ${row.changes} changes (${row.wrong.length} values wrong, ` +
          `${row.reopened} streams reopened, right again after ${row.rightMs.p50} ms, p99 ${row.rightMs.p99} ms)`,
        problemOf(row, sender),
      );
      return row;
    } catch (error) {
      tell(`${name}: the reader equals the module`, error.message);
      return { name };
    } finally {
      await trial.end();
    }
  }
}

function problemOf({ wrong, reopened }, { reopens }) {
  if (wrong.length > 0) return `${wrong.length} values stayed wrong: ${wrong.slice(0, 5).join("; ")}`;
  if (!reopens && reopened > 0) return `${reopened} streams were opened anew, though this sender says what wins`;
  return undefined;
}

function nameOf({ version, flags }) {
  return flags === undefined ? version : `${version}, unsets as plain updates`;
}

function tableOf(rows) {
  const lines = rows.map(
    ({ name, changes, compared, wrong, reopened, rightMs }) =>
      `| ${name} | ${changes} | ${compared} | ${wrong.length} | ${reopened} | ${rightMs.p50} ms | ${rightMs.p99} ms |`,
  );
  return [
    "| Sender | Changes | Values compared | Wrong | Streams reopened | Right again, p50 | p99 |",
    "| --- | --: | --: | --: | --: | --: | --: |",
    ...lines,
  ].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const given = process.argv.slice(2).find((argument) => /^\d+$/.test(argument));
  const changes = given === undefined ? 300 : Number(given);
  const print = (line) => process.stdout.write(`${line}\n`);
  let failed = 0;
  const rows = await checkSenders(
    (name, problem) => {
      if (problem !== undefined) failed += 1;
      print(problem === undefined ? `ok: ${name}` : `FAILED: ${name}\n  ${problem}`);
    },
    { changes, burst: Math.max(25, Math.ceil(changes / 20)) },
  );
  if (failed === 0) {
    const table = tableOf(rows);
    print(table);
    if (process.argv.includes("--write")) writeBetween(page, "senders", table);
  }
  process.exitCode = failed === 0 ? 0 : 1;
}
