// What a production installation of the library alone brings and weighs, and how long importing it takes beside importing
// grpc-js, which every consumer needs.
import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { freshProject, run } from "./project.mjs";

const bars = { packages: 48, megabytes: 26, importRatio: 1.3 };
const runs = 15;

/** `times`: medians in ms of importing the library, and grpc-js. `listed`: paths of the packages, after that of the project. */
export function measureInstallation({ packs, folder }) {
  const project = freshProject(folder, "alone", ["--omit=dev", packs.library.file]);
  const listed = run("npm", ["ls", "--all", "--parseable"], { cwd: project }).stdout.trim().split("\n");
  // The first one is the project itself.
  const packages = listed.length - 1;
  const megabytes = bytesOnDisk(join(project, "node_modules")) / 2 ** 20;
  const times = importTimes(project, ["configstream-consumer", "@grpc/grpc-js"]);
  return { project, listed, packages, megabytes, times, importRatio: times[0] / times[1] };
}

export async function checkInstallation({ tell, packs, folder }) {
  const found = measureInstallation({ packs, folder });
  const { project, listed, packages, megabytes, times, importRatio } = found;
  console.log(
    `the library alone: ${packages} packages, ${megabytes.toFixed(1)} MB on disk; importing it takes ${times[0].toFixed(0)} ms, ` +
      `grpc-js ${times[1].toFixed(0)} ms (medians of ${runs}), ratio ${importRatio.toFixed(2)}`,
  );
  for (const [name, bar] of Object.entries(bars)) {
    tell(`the library alone: ${name} ≤ ${bar}`, found[name] <= bar ? [] : [String(found[name])]);
  }
  const foreign = ["commander", "selfsigned", "terminal-kit", "configstream"].filter((name) =>
    listed.some((path) => path.endsWith(`node_modules/${name}`)),
  );
  tell("the library alone: without what only the command or the core agent needs", foreign);
  tell("the library alone: the stand-ins need no core agent", problemsOfMock(project));
}

/** Whole blocks, as `du` counts them. */
function bytesOnDisk(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).reduce((sum, { parentPath, name }) => {
    const { size, blocks } = lstatSync(join(parentPath, name));
    return sum + (blocks === undefined ? size : blocks * 512);
  }, 0);
}

/** Median times in ms, measured in turns, so that a busy machine slows all of them. */
function importTimes(cwd, names) {
  const samples = names.map(() => []);
  for (let index = 0; index < runs; index += 1) {
    for (const [which, name] of names.entries()) {
      const code = `const t = performance.now(); await import(${JSON.stringify(name)}); console.log(performance.now() - t)`;
      samples[which].push(Number(run(process.execPath, ["--input-type=module", "-e", code], { cwd }).stdout));
    }
  }
  return samples.map((times) => times.sort((a, b) => a - b)[runs >> 1]);
}

function problemsOfMock(cwd) {
  const code = `import { createMockConsumer } from "configstream-consumer/testing";
    console.log(createMockConsumer({ a: 1 }).reader().getInt("a"));`;
  const { stdout, stderr } = run(process.execPath, ["--input-type=module", "-e", code], { cwd });
  return stdout === "1\n" && stderr === "" ? [] : [stdout + stderr];
}
