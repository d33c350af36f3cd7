// What is in the tarballs: all that is needed, and nothing else; and that what their pages link to is in them. Prints what they weigh.
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { companion, root } from "../places.mjs";

const packages = {
  library: {
    place: root,
    needed: [
      "dist/index.js",
      "dist/index.d.ts",
      "dist/index.cjs",
      "dist/index.d.cts",
      "dist/main/hosting/library.generated.js",
      "dist/main/hosting/library.generated.cjs",
      "dist/main/hosting/bundled-worker.generated.js",
      "dist/main/hosting/bundled-worker.generated.cjs",
      "dist/main/status/prom-client-bundled.cjs",
      "dist/shared/guards/engines.generated.cjs",
      "dist/shared/guards/engines.generated.js",
      "dist/shared/guards/engines-node.js",
      "dist/worker/thread.js",
      "dist/worker/thread.generated.cjs",
      "dist/testing/index.d.ts",
      "dist/testing/index.cjs",
      "dist/testing/index.d.cts",
      "dist/register/index.js",
      "dist/internal/index.js",
      "dist/internal/link.js",
      "CHANGELOG.md",
      "SECURITY.md",
    ],
    allowed:
      /^(dist\/.*\.(js|cjs|d\.ts|d\.cts)|proto\/.*\.(proto|md)|docs\/.*\.md|examples\/.*|[A-Z]+\.md|LICENSE|package\.json)$/,
  },
  command: {
    place: companion,
    needed: ["dist/cli/main.js", "dist/core-agent/index.js", "dist/core-agent/index.d.ts", "data/agent-settings.json"],
    allowed: /^(dist\/.*\.(js|d\.ts)|data\/.*\.(json|yaml)|[A-Z]+\.md|LICENSE|package\.json)$/,
  },
};
/** Paths that belong to a test, a build or a machine, in any folder. */
const strange = /(^|\/)(node_modules|bench|scripts|test|src|\.ci)\/|\.(tsbuildinfo|map|tgz)$|\.env|LICENSES\.txt$/;

export async function checkContents({ tell, packs }) {
  for (const [name, { place, needed, allowed }] of Object.entries(packages)) {
    const pack = packs[name];
    const isStray = (path) => strange.test(path) || !allowed.test(path);
    tell(`the tarball of ${pack.name} holds only what is needed`, pack.paths.filter(isStray));
    const missing = [...needed, "LICENSE", "README.md"].filter((path) => !pack.paths.includes(path));
    tell(`the tarball of ${pack.name} misses nothing`, missing);
    tell(`the pages of ${pack.name} lead to what is in its tarball`, deadLinks(place, pack.paths));
    const { messages, pkg } = await publint({ pkgDir: place, strict: true });
    tell(
      `publint: ${pack.name}`,
      messages.map((message) => formatMessage(message, pkg) ?? message.code),
    );
    console.log(
      `${pack.name}: ${kib(pack.size)} packed, ${kib(pack.unpackedSize)} unpacked, ${pack.paths.length} files`,
    );
  }
  const { size } = packs.library.files.find(({ path }) => path === "dist/main/hosting/bundled-worker.generated.cjs");
  console.log(`${kib(size)} of it is the worker for bundles, with the licences of what is in it`);
}

function kib(bytes) {
  return `${Math.round(bytes / 1024)} KiB`;
}

/** Links of pages that lead neither to the web nor into the tarball. */
function deadLinks(place, paths) {
  const folders = new Set(paths.map((path) => dirname(path)));
  return paths
    .filter((path) => path.endsWith(".md"))
    .flatMap((page) => {
      const text = readFileSync(join(place, page), "utf8").replace(/^ *```[\s\S]*?^ *```$/gm, "");
      return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, link]) => decodeURI(link.split("#")[0]))
        .filter((link) => link !== "" && !/^https?:/.test(link))
        .map((link) => normalize(join(dirname(page), link)).replaceAll("\\", "/"))
        .filter((target) => !paths.includes(target) && !folders.has(target))
        .map((target) => `${page} leads to ${target}`);
    });
}
