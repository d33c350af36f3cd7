// Says when a newer version of the published contract is out than the fixture was derived from, and what differs.
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runGo } from "./derive/derived-fixture.mjs";

const program = fileURLToPath(new URL("../test/interop/descriptor/", import.meta.url));
const fixture = new URL("../test/fixtures/contract-descriptor.json", import.meta.url);

/** What is wrong, or nothing. A newer version by itself is only told; one whose contract differs is wrong. */
export function checkNewest(tell = console.log) {
  const committed = JSON.parse(readFileSync(fixture, "utf8"));
  const newest = runGo(program, ["list", "-m", "-f", "{{.Version}}", `${committed.module}@latest`]).trim();
  if (newest === committed.version) return undefined;
  const differences = differencesBetween(committed, describeAt(`${committed.module}@${newest}`));
  if (differences.length === 0) {
    tell(`note: ${committed.module} ${newest} is out, ${committed.version} is used; the contract is the same`);
    return undefined;
  }
  return `${committed.module} ${newest} is out, ${committed.version} is used. What differs:
  ${differences.join("\n  ")}
  Raise it in test/interop/descriptor/go.mod, follow in proto/, and run \`node scripts/interop.mjs --write\`.`;
}

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

/** Lines for what was added, removed and changed, of services and of messages. */
export function differencesBetween(before, after) {
  const old = linesOf(before);
  const now = linesOf(after);
  return [
    ...[...now].filter((line) => !old.has(line)).map((line) => `+ ${line}`),
    ...[...old].filter((line) => !now.has(line)).map((line) => `- ${line}`),
  ];
}

function linesOf({ services, messages }) {
  return new Set([
    ...services.flatMap(({ name, methods }) => methods.map((method) => `${name}: ${JSON.stringify(method)}`)),
    ...messages.flatMap(({ name, fields }) => [name, ...fields.map((field) => `${name}: ${JSON.stringify(field)}`)]),
  ]);
}
