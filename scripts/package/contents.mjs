// What is in the tarball: all that is needed, and nothing else. Prints what an installation weighs.

import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { root } from "../places.mjs";
import { run } from "./project.mjs";

const needed = [
  "dist/index.js",
  "dist/index.d.ts",
  "dist/main/hosting/library.generated.js",
  "dist/worker/thread.js",
  "dist/worker/thread.generated.cjs",
  "dist/main/hosting/bundled-worker.generated.js",
  "dist/main/hosting/bundled-worker.generated.LICENSES.txt",
  "dist/testing/index.d.ts",
  "dist/register/index.js",
  "dist/internal/index.js",
  "dist/internal/link.js",
  "LICENSE",
  "README.md",
  "CHANGELOG.md",
];

/** The command's core agent knows the real agent's settings by this file. */
const allowedTests = ["test/fixtures/agent-settings.json"];

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
  const { messages, pkg } = await publint({ pkgDir: root, strict: true });
  tell(
    "publint",
    messages.map((message) => formatMessage(message, pkg) ?? message.code),
  );
  const installed = run("npm", ["ls", "--all", "--parseable"], { cwd: project }).stdout.trim().split("\n");
  // The first two are the project and the package itself.
  const kib = (bytes) => `${Math.round(bytes / 1024)} KiB`;
  const { size } = pack.files.find(({ path }) => path === "dist/main/hosting/bundled-worker.generated.js");
  console.log(`${kib(size)} of it is the worker for bundles`);
  console.log(
    `${kib(pack.size)} packed, ${kib(pack.unpackedSize)} unpacked, ${pack.paths.length} files, ` +
      `${installed.length - 2} transitive packages`,
  );
}
