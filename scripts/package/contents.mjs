// What is in the tarball: all that is needed, and nothing else. Prints what an installation weighs.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { root, run } from "./project.mjs";

const needed = [
  "dist/index.js",
  "dist/index.d.ts",
  "dist/worker/entry.js",
  "dist/main/bundled-worker.generated.js",
  "dist/main/bundled-worker.generated.LICENSES.txt",
  "dist/testing/index.d.ts",
  "dist/core-agent/index.d.ts",
  "dist/cli/main.js",
  "LICENSE",
  "README.md",
  "CHANGELOG.md",
];

/** The command's core agent knows the real agent's settings by this file. */
const allowedTests = ["test/fixtures/agent-settings.json"];

/** The compiler does not remove what it made of a source that is gone. */
function isLeftOver(path) {
  const source = /^dist\/(.*?)(\.d)?\.[jt]s$/.exec(path)?.[1];
  return source !== undefined && !source.endsWith(".generated") && !existsSync(join(root, "src", `${source}.ts`));
}

export async function checkContents({ tell, pack, project }) {
  const stray = pack.paths.filter(
    (path) =>
      /(^|\/)(node_modules|bench|scripts|examples|\.ci)\/|\.(tsbuildinfo|map|tgz)$|\.env|^(src|test)\//.test(path) &&
      !allowedTests.includes(path),
  );
  tell("the tarball holds only what is needed", stray);
  tell(
    "the tarball misses nothing",
    needed.filter((path) => !pack.paths.includes(path)),
  );
  tell("the tarball holds no files of sources that are gone; remove dist/ and build", pack.paths.filter(isLeftOver));
  const { messages, pkg } = await publint({ pkgDir: root, strict: true });
  tell(
    "publint",
    messages.map((message) => formatMessage(message, pkg) ?? message.code),
  );
  const installed = run("npm", ["ls", "--all", "--parseable"], { cwd: project }).stdout.trim().split("\n");
  // The first two are the project and the package itself.
  const kib = (bytes) => `${Math.round(bytes / 1024)} KiB`;
  const { size } = pack.files.find(({ path }) => path === "dist/main/bundled-worker.generated.js");
  console.log(`${kib(size)} of it is the worker for bundles`);
  console.log(
    `${kib(pack.size)} packed, ${kib(pack.unpackedSize)} unpacked, ${pack.paths.length} files, ` +
      `${installed.length - 2} transitive packages`,
  );
}
