import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runCommand } from "../../../packages/configstream/src/conformance/agent/change-command.js";

const never = new AbortController().signal;

it("a command that fails is reported with its last words", async () => {
  await expect(runCommand("echo no luck >&2; exit 3", never)).rejects.toThrow(/Seen: 3: no luck\.$/);
  await expect(runCommand("kill -9 $$", never)).rejects.toThrow(/Seen: SIGKILL\.$/);
});

it("what a command leaves in the background is not waited for, though it keeps standard error open", async () => {
  const dir = mkdtempSync(join(tmpdir(), "change-command-"));
  await runCommand(`sleep 1000 & echo $! > ${dir}/pid`, never);
  // Throws when it does not run.
  process.kill(Number(readFileSync(join(dir, "pid"), "utf8")), "SIGKILL");
  rmSync(dir, { recursive: true });
});

it("a command that does not end is ended with all that it has started", async () => {
  await expect(runCommand("sleep 1000; true", never, 50)).rejects.toThrow(/Seen: it runs on after 0\.05 s\.$/);
});

it("a command is not waited for once the user asks to stop", async () => {
  const asked = new AbortController();
  const run = runCommand("sleep 1000; true", asked.signal);
  asked.abort();
  await expect(run).rejects.toThrow(/not waited for any more/);
  await expect(runCommand("true", asked.signal)).rejects.toThrow();
});
