// Puts the modules of the command and the core agent together, because Node.js takes longer to find and link hundreds of small
// files than to run them. What a command needs and others do not is in files of its own, which are loaded with that command.
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { companion, companionModules } from "../places.mjs";
import { filesBelow } from "./files.mjs";
import { isPackage, plain, rolled } from "./rolled.mjs";

const dist = join(companion, "dist");

/** What is made, and how. */
export function bundleCommand() {
  const names = entries();
  return { made: names.map((name) => join(dist, `${name}.js`)), make: () => make(names) };
}

async function make(names) {
  for (const file of filesBelow(dist)) if (file.endsWith(".js")) rmSync(file);
  await rolled(
    {
      input: Object.fromEntries(names.map((name) => [name, join(companionModules, `${name}.js`)])),
      // Packages stay outside.
      external: isPackage,
    },
    {
      ...plain,
      format: "esm",
      dir: dist,
      entryFileNames: "[name].js",
      // As deep in the package as the modules of the command, which find its other files by their own address.
      chunkFileNames: "parts/[name].generated.js",
      minifyInternalExports: false,
    },
  );
}

/** What package.json names as code, without the folder and the ending. */
function entries() {
  const { bin, exports } = JSON.parse(readFileSync(join(companion, "package.json"), "utf8"));
  return [...Object.values(bin), ...Object.values(exports)]
    .map((target) => /^(?:\.\/)?dist\/(.*)\.js$/.exec(target.default ?? target)?.[1])
    .filter((name) => name !== undefined);
}
