// Runs `configstream fleet` as a person would, and shows what it was and what it said.
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { layer, prefix } from "./place.mjs";

const main = fileURLToPath(new URL("../../packages/configstream/dist/cli/main.js", import.meta.url));

/** In the folder stand the store file `fleet.yaml`, and what `file` writes. */
export function createFleetCommand({ endpoints, folder, signal }) {
  const store = join(folder, "fleet.yaml");
  writeFileSync(store, JSON.stringify({ endpoints, layers: { [layer]: prefix } }));
  return {
    file: (name, content) => writeFileSync(join(folder, name), content),
    run: (...args) =>
      new Promise((done, reject) => {
        const env = { ...process.env, CONFIGSTREAM_STORE: store };
        execFile(process.execPath, [main, "fleet", ...args], { cwd: folder, env, signal }, (error, out, err) => {
          if (signal.aborted) reject(signal.reason);
          else done({ code: error?.code ?? 0, out, err });
        });
      }),
  };
}
