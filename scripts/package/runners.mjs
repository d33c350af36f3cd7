// Test runners that load CommonJS by themselves: Jest with ts-jest in a CommonJS project, with the module resolution that such
// projects have, under the Node.js versions whose `require` is not what Jest runs.
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nodeBinary } from "../node-versions.mjs";
import { root } from "../places.mjs";
import { apps, freshProject, run } from "./project.mjs";

const packages = ["jest@30", "ts-jest@29", "typescript@5.9", "@types/jest@30", "@types/node@20"];
const versions = ["20.19.0", 22];

export async function checkRunners({ tell, packs, agent, folder }) {
  const jest = { testEnvironment: "node", preset: "ts-jest" };
  const cwd = freshProject(folder, "jest-commonjs", [packs.library.file, ...packages], { jest });
  const compilerOptions = {
    module: "commonjs",
    moduleResolution: "node10",
    target: "es2022",
    lib: ["es2023", "esnext.disposable"],
    types: ["node", "jest"],
    strict: true,
    esModuleInterop: true,
    skipLibCheck: true,
  };
  writeFileSync(join(cwd, "tsconfig.json"), JSON.stringify({ compilerOptions }));
  cpSync(join(apps, "commonjs.test.ts"), join(cwd, "commonjs.test.ts"));
  // The test that Jest runs as an ES module, which is not written in TypeScript.
  const mock = readFileSync(join(root, "test/jest/mock-consumer.test.mjs"), "utf8");
  writeFileSync(join(cwd, "mock-consumer.test.ts"), `// @ts-nocheck\n${mock}`);
  for (const version of versions) {
    const node = nodeBinary(version);
    const name = `Jest with ts-jest in a CommonJS project, on Node.js ${version}`;
    if (node === undefined) tell(name, [`the npm package node@${version} could not be installed`]);
    else tell(name, problemsOfJest(node, cwd, agent));
  }
}

function problemsOfJest(node, cwd, agent) {
  try {
    run(node, ["node_modules/jest/bin/jest.js", "--ci", "--maxWorkers=1"], { cwd, env: agent.env });
    return [];
  } catch (error) {
    return [error.message];
  }
}
