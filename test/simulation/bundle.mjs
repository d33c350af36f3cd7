// The simulation and all that it runs, put together from the sources, so that a mistake can be put into them first.
import { join } from "node:path";
import { rolled } from "../../scripts/build/rolled.mjs";
import { root } from "../../scripts/places.mjs";

/** Writes the bundle into `dir`, a folder below the repository, and gives its path. `patch(file, text)`: the text of a source in place of the given one. */
export async function bundleSimulation(dir, name, patch = (_file, text) => text) {
  const source = (file) => join(root, "src", file);
  const alias = {
    "configstream-consumer/internal": source("internal/index.ts"),
    "#guard-engines": source("shared/guards/engines-node.ts"),
    "#prom-client": source("main/status/prom-client-node.ts"),
    "#bundled-worker": source("main/hosting/bundled-worker.ts"),
  };
  const patched = {
    name: "patched",
    transform: (text, id) =>
      id.startsWith(root) && id.endsWith(".ts") ? patch(id.slice(root.length), text) : undefined,
  };
  const isOutside = (id) => !id.startsWith(".") && !id.startsWith("/") && !(id in alias);
  await rolled(
    {
      input: { [name]: join(root, "test/simulation/simulate.ts") },
      external: isOutside,
      resolve: { alias, extensionAlias: { ".js": [".ts", ".js"] } },
      plugins: [patched],
    },
    { dir, format: "esm", codeSplitting: false, entryFileNames: "[name].mjs" },
  );
  return join(dir, `${name}.mjs`);
}
