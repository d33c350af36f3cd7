// What a production installation of the library brings and weighs, and how long importing it takes beside importing grpc-js.
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measureInstallation } from "../../scripts/package/installation.mjs";
import { packTarballs } from "../../scripts/package/project.mjs";
import { report } from "../lib/arguments.mjs";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "configstream-bench-")));
try {
  const { packages, megabytes, times } = measureInstallation({ packs: packTarballs(folder), folder });
  report({ packages, megabytes, importMs: times[0], grpcMs: times[1] });
} catch (error) {
  // Without a registry of packages, everything else can still be measured.
  process.stderr.write(`${error.stack}\n`);
  report({ absent: { P19: "npm could not install the packed library" } });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
