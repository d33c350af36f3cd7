// Yarn's Plug'n'Play: packages stay in their archives, and the file handles are Yarn's own.
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { apps, packageRegistry, run, toolFile } from "./project.mjs";
import { problemsOfRun } from "./running.mjs";

export async function checkPnp({ tell, packs, agent, folder }) {
  const cwd = join(folder, "pnp");
  mkdirSync(cwd);
  const [library, command] = [packs.library, packs.command].map(({ file }) => `file:${file}`);
  const manifest = {
    name: "pnp",
    private: true,
    dependencies: { "configstream-consumer": library, configstream: command },
    // What the command's package depends on is not yet where Yarn would look for it.
    resolutions: { "configstream-consumer": library },
  };
  writeFileSync(join(cwd, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(cwd, "yarn.lock"), "");
  const settings = [
    "nodeLinker: pnp",
    "enableTelemetry: false",
    "enableGlobalCache: false",
    "enableImmutableInstalls: false",
  ];
  writeFileSync(join(cwd, ".yarnrc.yml"), `${settings.join("\n")}\n`);
  const yarn = [toolFile("@yarnpkg/cli-dist/bin/yarn.js")];
  run(process.execPath, [...yarn, "install"], { cwd, env: { YARN_NPM_REGISTRY_SERVER: packageRegistry() } });
  for (const app of ["reads.mjs", "writes.mjs"]) copyFileSync(join(apps, app), join(cwd, app));
  const loader = ["--require", join(cwd, ".pnp.cjs"), "--experimental-loader", join(cwd, ".pnp.loader.mjs")];
  const withLoader = { ...agent, env: { ...agent.env, NODE_OPTIONS: `--no-warnings ${loader.join(" ")}` } };
  for (const isolation of ["worker", "none"]) {
    const options = { agent: withLoader, cwd, isolation };
    tell(`Yarn Plug'n'Play: isolation "${isolation}"`, await problemsOfRun(process.execPath, "reads.mjs", options));
  }
  const problems = [];
  try {
    run(process.execPath, ["writes.mjs"], { cwd, env: withLoader.env, timeoutMs: 60_000 });
    if (!existsSync(join(cwd, "settings.cache"))) problems.push("the cache was not written");
  } catch (error) {
    problems.push(error.message);
  }
  tell("Yarn Plug'n'Play: the core agent makes its credentials, and the cache is written", problems);
}
