/** Sockets in the file system: whose they are, and what is done with one that is in the way. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, connect as dial, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { listenAt } from "../../../../src/shared/disk/own-socket.js";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "configstream-socket-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function newServer(): Server {
  const server = createServer();
  onTestFinished(() => void server.close());
  return server;
}

/** A process that listens at a path, and is ended or stopped by a signal as soon as it does. */
function owner(path: string, signal: "SIGKILL" | "SIGSTOP") {
  const listens = `require("node:net").createServer().listen({ path: ${JSON.stringify(path)}, backlog: 1 }, () => process.kill(process.pid, "${signal}"))`;
  const child = spawn(process.execPath, ["-e", listens], { stdio: "ignore" });
  const gone = new Promise((done) => child.once("exit", done));
  return { child, gone };
}

it("a socket is this user's alone, and replaces one that a killed process left behind", async () => {
  const path = join(folder, "left.sock");
  await owner(path, "SIGKILL").gone;
  expect(statSync(path).isSocket()).toBe(true);
  const server = newServer();
  await listenAt(server, path);
  expect([server.listening, statSync(path).mode & 0o777]).toEqual([true, 0o600]);
});

it("a socket that is in use, and a file that is no socket, stay, and the server listens nowhere", async () => {
  const [used, file] = [join(folder, "used.sock"), join(folder, "a-file")];
  await listenAt(newServer(), used);
  writeFileSync(file, "text");
  for (const path of [used, file]) {
    const server = newServer();
    await expect(listenAt(server, path)).rejects.toMatchObject({ code: "EADDRINUSE" });
    expect([server.listening, existsSync(path)]).toEqual([false, true]);
  }
  expect(statSync(file).size).toBe(4);
});

it("a socket whose owner takes no more connections for now is left to it", async () => {
  const path = join(folder, "busy.sock");
  const { child, gone } = owner(path, "SIGSTOP");
  const waiting: Socket[] = [];
  const isFull = () =>
    new Promise<boolean>((done) => {
      const socket = dial(path).unref();
      waiting.push(socket);
      socket.on("connect", () => done(false)).on("error", ({ code }: NodeJS.ErrnoException) => done(code === "EAGAIN"));
    });
  while (!(await isFull())) await new Promise((next) => setTimeout(next, 5));
  await expect(listenAt(newServer(), path)).rejects.toMatchObject({ code: "EADDRINUSE" });
  expect(existsSync(path)).toBe(true);
  for (const socket of waiting) socket.destroy();
  child.kill("SIGKILL");
  await gone;
});
