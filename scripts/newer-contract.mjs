// Says when newer versions of the published modules are out than those that this project follows, and what differs: the contract with the
// issues that it reports, and the configuration code of core agents.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runGo } from "./derive/derived-fixture.mjs";

const program = fileURLToPath(new URL("../test/interop/descriptor/", import.meta.url));
const senders = fileURLToPath(new URL("../test/interop/agent/modules/", import.meta.url));
const fixture = new URL("../test/fixtures/contract-descriptor.json", import.meta.url);

/** Modules that define messages of the contract; the first one has the services. */
const contractModules = ["github.com/DataDog/datadog-agent/pkg/proto", "github.com/DataDog/agent-payload/v5"];
const configurationModule = "github.com/DataDog/datadog-agent/pkg/config/nodetreemodel";

/** What is wrong, or nothing. A newer version by itself is only told; one whose contract differs is wrong. */
export function checkNewest(tell = console.log) {
  const committed = JSON.parse(readFileSync(fixture, "utf8"));
  const problems = contractModules.map((module) => problemOf(module, committed, tell));
  tellOfSenders(tell);
  return problems.filter((problem) => problem !== undefined).join("\n  ") || undefined;
}

function problemOf(module, committed, tell) {
  const used = versionOf(module);
  const newest = versionOf(`${module}@latest`);
  if (newest === used) return undefined;
  const differences = differencesBetween(committed, describeAt(`${module}@${newest}`));
  if (differences.length === 0) {
    tell(`note: ${module} ${newest} is out, ${used} is used; the contract is the same`);
    return undefined;
  }
  return `${module} ${newest} is out, ${used} is used. What differs:
  ${differences.join("\n  ")}
  Raise it in test/interop/descriptor/go.mod, follow in proto/, and run \`node scripts/interop.mjs --write\`.`;
}

/** The configuration code is compared by playing to it, so a newer version is one to be added to those that are played to. */
function tellOfSenders(tell) {
  const played = readdirSync(senders).map((name) => name.replace(/\.(mod|sum)$/, ""));
  const newest = versionOf(`${configurationModule}@latest`);
  if (played.includes(newest)) return;
  tell(
    `note: ${configurationModule} ${newest} is out; add it to test/interop/agent/modules and to test/interop/senders.mjs`,
  );
}

const versionOf = (module) => runGo(program, ["list", "-m", "-f", "{{.Version}}", module]).trim();

/** The contract of another version, from a copy of the program, so that nothing here changes. */
function describeAt(version) {
  const copy = mkdtempSync(join(tmpdir(), "configstream-contract-"));
  try {
    cpSync(program, copy, { recursive: true });
    runGo(copy, ["get", version]);
    return JSON.parse(runGo(copy, ["run", "-mod=mod", "."]));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Lines for what was added, removed and changed, of services, of messages and of enumerations. */
export function differencesBetween(before, after) {
  const old = linesOf(before);
  const now = linesOf(after);
  return [
    ...[...now].filter((line) => !old.has(line)).map((line) => `+ ${line}`),
    ...[...old].filter((line) => !now.has(line)).map((line) => `- ${line}`),
  ];
}

function linesOf({ services, messages, enums }) {
  return new Set([
    ...services.flatMap(({ name, methods }) => methods.map((method) => `${name}: ${JSON.stringify(method)}`)),
    ...messages.flatMap(({ name, fields }) => [name, ...fields.map((field) => `${name}: ${JSON.stringify(field)}`)]),
    ...enums.flatMap(({ name, values }) => values.map((value) => `${name}: ${JSON.stringify(value)}`)),
  ]);
}
