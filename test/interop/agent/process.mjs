// The core agent written in Go, as a process that is driven by lines of JSON.
import { spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { buildGo } from "../go-program.mjs";

const settings = fileURLToPath(new URL("../../../packages/configstream/data/agent-settings.json", import.meta.url));

/**
 * Compiles the agent into a directory; gives the path of the program. With a `version`, its configuration is that of the
 * published module nodetreemodel, of which modules/ has one file a version.
 */
export function buildAgent(directory, version) {
  const flags = version === undefined ? [] : ["-tags", "nodetreemodel", `-modfile=modules/${version}.mod`];
  return buildGo("agent", directory, { flags, file: `agent${version ?? ""}` });
}

/** An agent's directory, with the two credential files once an agent has run there. */
export class AgentDirectory {
  path = mkdtempSync(join(tmpdir(), "interop-agent-"));
  tokenFile = join(this.path, "auth_token");
  certFile = join(this.path, "ipc_cert.pem");

  get token() {
    return readFileSync(this.tokenFile, "utf8").trim();
  }

  /** Makes the next agent here make new credentials. */
  forgetCredentials() {
    rmSync(this.tokenFile, { force: true });
    rmSync(this.certFile, { force: true });
  }

  /** Takes over another directory's file of credentials. */
  take(from, name) {
    copyFileSync(join(from.path, name), join(this.path, name));
  }

  remove() {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A running agent. */
export class Agent {
  address = "";
  #child;
  #exited;
  #stderr = "";
  #waiting = new Map();
  #nextId = 1;
  #started = withResolvers();

  /** `flags` are those of main.go, by name. */
  static async start(binary, directory, flags = {}) {
    const agent = new Agent(binary, directory, flags);
    await agent.#started.promise;
    return agent;
  }

  constructor(binary, directory, flags) {
    const given = { dir: directory.path, settings, ...flags };
    const args = Object.entries(given).map(([name, value]) => `-${name}=${value}`);
    // The HTTP/2 stacks log their frames only on this request.
    const env = { ...process.env, GODEBUG: "http2debug=2" };
    this.#child = spawn(binary, args, { stdio: ["pipe", "pipe", "pipe"], env });
    this.#child.stderr.setEncoding("utf8").on("data", (text) => {
      this.#stderr += text;
    });
    this.#child.stdin.on("error", () => {});
    createInterface({ input: this.#child.stdout }).on("line", (line) => this.#answered(JSON.parse(line)));
    this.#exited = new Promise((resolve) => {
      this.#child.once("error", (error) => resolve(this.#gone(error.message)));
      this.#child.once("exit", () => resolve(this.#gone(this.#stderr.trim())));
    });
  }

  /** Has the agent carry out a command of commands.go. */
  command(op, fields = {}) {
    const id = this.#nextId++;
    const waiting = withResolvers();
    this.#waiting.set(id, waiting);
    this.#child.stdin.write(`${JSON.stringify({ id, op, ...fields })}\n`);
    return waiting.promise;
  }

  set(source, key, value) {
    return this.command("set", { source, key, value });
  }

  unset(source, key) {
    return this.command("unset", { source, key });
  }

  report() {
    return this.command("report");
  }

  /** Kills it without a warning, and waits until it is gone. Idempotent. */
  async kill() {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  #answered({ id, address, result, error }) {
    if (address !== undefined) {
      this.address = address;
      this.#started.resolve();
      return;
    }
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting.resolve(result);
    else waiting.reject(new Error(`The agent refused a command: ${error}`));
  }

  #gone(why) {
    const error = new Error(`The agent is gone. ${why}`);
    this.#started.reject(error);
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}

/** As `Promise.withResolvers`, which Node.js 20 lacks. */
function withResolvers() {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
}
