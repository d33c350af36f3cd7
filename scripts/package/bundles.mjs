// The package inside a bundle, moved to where there is no node_modules: it must find its worker by itself. With each
// bundler, as an ES module and as CommonJS, in a worker and without one; and with the worker as a file of its own.
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { apps, run, tool, toolFile } from "./project.mjs";
import { problemsOfRun } from "./running.mjs";

/** Each builds `entry` into `folder`, as `app.mjs` or `app.cjs`, with minified names where the bundler can. */
const bundlers = { esbuild, webpack, rollup, vite, ncc, bun };
const formats = ["mjs", "cjs"];

export async function checkBundles({ tell, project, agent, folder }) {
  copyFileSync(join(apps, "reads.mjs"), join(project, "app.mjs"));
  for (const [name, build] of Object.entries(bundlers)) {
    for (const format of formats) {
      const built = join(project, `bundle-${name}-${format}`);
      const warnings = await build(project, built, format);
      tell(`${name}, ${format}: no warnings`, warnings);
      await checkMoved(tell, `${name}, ${format}`, { built, format, agent, folder });
    }
  }
  await checkOwnFile({ tell, project, agent, folder });
  for (const format of formats) {
    tell(`esbuild, ${format}: without the text, the error says what to do`, await problemsOfHint(project, format));
  }
}

async function checkMoved(tell, name, { built, format, agent, folder }) {
  const moved = join(folder, `moved-${name.replace(/\W+/g, "-")}`);
  renameSync(built, moved);
  for (const isolation of ["worker", "none"]) {
    const options = { agent, cwd: moved, isolation };
    tell(`${name}: isolation "${isolation}"`, await problemsOfRun(process.execPath, `app.${format}`, options));
  }
}

/** The documented other way: the worker as a second entry point, named by `workerUrl`. */
async function checkOwnFile({ tell, project, agent, folder }) {
  copyFileSync(join(apps, "own-worker.mjs"), join(project, "own-worker.mjs"));
  const built = join(project, "bundle-own-worker");
  const { build } = await tool("esbuild");
  await build({
    ...esbuildOptions(project, "mjs"),
    entryPoints: { app: "own-worker.mjs", worker: "configstream-consumer/worker" },
    outExtension: { ".js": ".mjs" },
    outdir: built,
  });
  const moved = join(folder, "moved-own-worker");
  mkdirSync(moved);
  for (const file of ["app.mjs", "worker.mjs"]) renameSync(join(built, file), join(moved, file));
  const options = { agent, cwd: moved, readsFiles: false };
  tell("esbuild: the worker as a file of its own", await problemsOfRun(process.execPath, "app.mjs", options));
}

/** A bundler that was told the conditions of Node.js itself gets no text; what the application then hears must help. */
async function problemsOfHint(project, format) {
  copyFileSync(join(apps, "starts.mjs"), join(project, "starts.mjs"));
  const { build } = await tool("esbuild");
  const outfile = join(project, "bundle-without-text", `app.${format}`);
  await build({
    ...esbuildOptions(project, format),
    entryPoints: ["starts.mjs"],
    conditions: ["module-sync"],
    outfile,
  });
  const { stdout } = run(process.execPath, [outfile], { cwd: project });
  return stdout.includes('the bundler must know the condition "module"') ? [] : [stdout];
}

function esbuildOptions(project, format) {
  return {
    absWorkingDir: project,
    bundle: true,
    minify: true,
    platform: "node",
    target: "node20",
    format: format === "mjs" ? "esm" : "cjs",
    logLevel: "silent",
    // What any ES module bundle of esbuild needs that holds a CommonJS package, here prom-client.
    ...(format === "mjs" && {
      banner: {
        js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);',
      },
    }),
  };
}

async function esbuild(project, folder, format) {
  const { build } = await tool("esbuild");
  const outfile = join(folder, `app.${format}`);
  const { warnings } = await build({ ...esbuildOptions(project, format), entryPoints: ["app.mjs"], outfile });
  return warnings.map(({ text }) => text);
}

async function webpack(project, folder, format) {
  const compile = await tool("webpack");
  const isModule = format === "mjs";
  const stats = await new Promise((resolve, reject) => {
    const configuration = {
      context: project,
      mode: "production",
      target: "node20",
      entry: "./app.mjs",
      ...(isModule && { experiments: { outputModule: true } }),
      output: { path: folder, filename: `app.${format}`, module: isModule },
    };
    compile(configuration, (error, result) => (error ? reject(error) : resolve(result)));
  });
  const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
  return [...errors, ...warnings].map(({ message }) => message);
}

async function rollup(project, folder, format) {
  const { rollup: bundle } = await tool("rollup");
  const { nodeResolve } = await tool("@rollup/plugin-node-resolve");
  const commonjs = await tool("@rollup/plugin-commonjs");
  const warnings = [];
  const build = await bundle({
    input: join(project, "app.mjs"),
    plugins: [nodeResolve({ exportConditions: ["node"], preferBuiltins: true }), commonjs()],
    onwarn(warning) {
      // A package that imports a name it does not use is none of ours: chokidar does.
      const isForeign = warning.ids?.every((id) => !id.includes("/node_modules/configstream-consumer/"));
      if (warning.code !== "UNUSED_EXTERNAL_IMPORT" || !isForeign) warnings.push(warning.message);
    },
  });
  await build.write({
    dir: folder,
    entryFileNames: `app.${format}`,
    chunkFileNames: `[name].${format}`,
    format: format === "mjs" ? "es" : "cjs",
  });
  await build.close();
  return warnings;
}

async function vite(project, folder, format) {
  const { build, createLogger } = await tool("vite");
  const warnings = [];
  const customLogger = {
    ...createLogger("silent"),
    warn: (text) => warnings.push(text),
    warnOnce: (text) => warnings.push(text),
  };
  await build({
    root: project,
    configFile: false,
    logLevel: "silent",
    customLogger,
    ssr: { noExternal: true, target: "node" },
    build: {
      ssr: "app.mjs",
      outDir: folder,
      minify: true,
      rollupOptions: {
        output: {
          format: format === "mjs" ? "es" : "cjs",
          entryFileNames: `app.${format}`,
          chunkFileNames: `[name].${format}`,
        },
      },
    },
  });
  return warnings;
}

/** A module with its import as a `require`. */
function required(file) {
  return readFileSync(file, "utf8").replace(/^import (\{.*\}) from (".*");$/m, "const $1 = require($2);");
}

async function ncc(project, folder, format) {
  const cli = toolFile("@vercel/ncc/dist/ncc/cli.js");
  const entry = `app.${format}`;
  // It takes the kind of module from the name. The application is the same, but for its one import.
  if (format === "cjs") writeFileSync(join(project, entry), required(join(apps, "reads.mjs")));
  const { stdout, stderr } = run(process.execPath, [cli, "build", entry, "-o", folder], { cwd: project });
  renameSync(join(folder, `index.${format}`), join(folder, entry));
  return /warning/i.test(stdout + stderr) ? [stdout + stderr] : [];
}

/** For Node.js; for Bun itself its condition `module` has to be given. */
async function bun(project, folder, format) {
  const outfile = join(folder, `app.${format}`);
  const args = ["build", "app.mjs", "--target=node", `--format=${format === "mjs" ? "esm" : "cjs"}`];
  run(bunBinary(), [...args, `--outfile=${outfile}`], { cwd: project });
  return [];
}

/** Its own installation puts the binary in one place; where installation scripts are not run, it stays in another. */
function bunBinary() {
  const isWindows = process.platform === "win32";
  const system = isWindows ? "windows" : process.platform;
  const arch = process.arch === "arm64" ? "aarch64" : process.arch;
  const places = [`@oven/bun-${system}-${arch}/bin/bun${isWindows ? ".exe" : ""}`, "bun/bin/bun.exe"].map(toolFile);
  const file = places.find((place) => existsSync(place)) ?? places[0];
  chmodSync(file, 0o755);
  return file;
}
