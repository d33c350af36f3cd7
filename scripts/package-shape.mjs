// Checks what `npm pack` would publish: nothing missing, nothing private, and entry points that resolve.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "package-shape-"));
let failed = 0;

function check(name, problems) {
  for (const problem of problems) console.log(`FAILED ${name}: ${problem}`);
  if (problems.length === 0) console.log(`ok ${name}`);
  failed += problems.length;
}

function run(command, args, cwd) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${stdout}${stderr}`);
  return stdout;
}

try {
  const [pack] = JSON.parse(
    run("npm", ["pack", "--json", "--silent", "--ignore-scripts", "--pack-destination", folder], root),
  );
  const paths = pack.files.map(({ path }) => path);
  const stray = paths.filter((path) =>
    /(^|\/)(node_modules|bench|scripts|\.ci)\/|\.tsbuildinfo$|^(src|test)\//.test(path),
  );
  check(
    "only what is needed",
    stray.filter((path) => path !== "test/fixtures/agent-settings.json"),
  );
  check(
    "nothing missing",
    ["dist/index.js", "dist/index.d.ts", "dist/worker/entry.js", "dist/cli/main.js", "LICENSE", "README.md"].filter(
      (path) => !paths.includes(path),
    ),
  );
  const { messages, pkg } = await publint({ pkgDir: root, strict: true });
  check(
    "publint",
    messages.map((message) => formatMessage(message, pkg) ?? message.code),
  );

  // As a stranger's project: from the tarball, by ESM and by require.
  run("npm", ["init", "--yes"], folder);
  run("npm", ["install", "--silent", "--no-fund", "--no-audit", join(folder, pack.filename)], folder);
  const uses = `Object.keys(m).includes("createConsumer") || process.exit(1)`;
  run("node", ["--input-type=module", "-e", `import * as m from "configstream-consumer"; ${uses}`], folder);
  run("node", ["--input-type=commonjs", "-e", `const m = require("configstream-consumer"); ${uses}`], folder);
  run("npx", ["--no-install", "configstream", "--version"], folder);
  console.log("ok import, require and command from the tarball");
  const installed = run("npm", ["ls", "--all", "--parseable"], folder).trim().split("\n").length - 2;
  console.log(
    `${pack.size} bytes packed, ${pack.unpackedSize} unpacked, ${paths.length} files, ${installed} transitive packages`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed === 0 ? 0 : 1;
