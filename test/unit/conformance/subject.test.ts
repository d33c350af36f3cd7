import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { Subject } from "../../../packages/configstream/src/conformance/subject/process.js";

const place = { host: "127.0.0.1", port: 1, authTokenFile: "/nowhere/token", ipcCertFile: "/nowhere/cert" };
const lines: string[] = [];
const errors: string[] = [];
let subject: Subject;

function start(script: string): Subject {
  subject = new Subject(
    { file: "sh", args: ["-c", script], place },
    { onLine: (line) => lines.push(line), onErrors: (text) => errors.push(text) },
  );
  return subject;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5);
}

/** Not one that has ended and whose parent has not looked yet. */
function runs(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}

afterEach(async () => {
  await subject.end(0);
  lines.length = 0;
  errors.length = 0;
});

it("what the command has started ends with it, also where it keeps the output open", async () => {
  start("sleep 1000 & echo $!; wait; true");
  await until(() => lines.length > 0);
  const inner = Number(lines[0]);
  expect(runs(inner)).toBe(true);
  await subject.end(0);
  await until(() => !runs(inner));
});

it("what has left its group and keeps the output open holds nothing up", async () => {
  start("setsid sleep 1000 & echo $!; wait");
  await until(() => lines.length > 0);
  await subject.end(0);
  process.kill(Number(lines[0]));
});

it("all that is written to standard error is shown once, and the end of it is kept", async () => {
  start("printf 'a secret'; echo 'one thing' >&2; sleep 0.05; seq 1 20000 >&2");
  await until(() => subject.gone !== undefined);
  expect(errors.join("")).toContain("one thing");
  expect(subject.errors).not.toContain("one thing");
  expect(subject.gone).toMatch(/, saying "20000"$/);
});
