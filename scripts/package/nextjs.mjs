// Next.js with Turbopack: a route that reads settings, built and served.
import { spawn } from "node:child_process";
import { cpSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { apps, freshProject, run } from "./project.mjs";

const packages = ["next@16", "react@19", "react-dom@19"];
const timeoutMs = 60_000;

export async function checkNextjs({ tell, packs, agent, folder }) {
  const cwd = freshProject(folder, "nextjs", [packs.library.file, ...packages]);
  cpSync(join(apps, "nextjs"), cwd, { recursive: true });
  const next = join("node_modules", "next", "dist", "bin", "next");
  const env = { ...agent.env, NEXT_TELEMETRY_DISABLED: "1" };
  try {
    run(process.execPath, [next, "build"], { cwd, env, timeoutMs: 5 * timeoutMs });
    tell("Next.js, Turbopack: builds", []);
  } catch (error) {
    tell("Next.js, Turbopack: builds", [error.message]);
    return;
  }
  for (const isolation of ["worker", "none"]) {
    const problems = await problemsOfServer(cwd, [next, "start"], { ...env, ISOLATION: isolation });
    tell(`Next.js, Turbopack: isolation "${isolation}"`, problems);
  }
}

async function problemsOfServer(cwd, command, env) {
  const port = await freePort();
  const child = spawn(process.execPath, [...command, "--port", String(port)], { cwd, env: { ...process.env, ...env } });
  const ended = new Promise((resolve) => child.on("close", resolve));
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  try {
    const answer = await answerOf(`http://localhost:${port}/settings`);
    return answer === '{"port":8126,"live":true}' ? [] : [`${answer}\n${output}`];
  } catch (error) {
    return [`${error.message}\n${output}`];
  } finally {
    child.kill();
    await ended;
  }
}

/** What the server answers once it is up. */
async function answerOf(address) {
  for (const end = performance.now() + timeoutMs; ; ) {
    try {
      return await (await fetch(address, { signal: AbortSignal.timeout(timeoutMs) })).text();
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "localhost", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
