import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { oneModule } from "./test/support/vitest/one-module.js";

const net = (file: string) => fileURLToPath(new URL(`test/support/secret-net/${file}`, import.meta.url));
const built = (file: string) => fileURLToPath(new URL(`dist/${file}`, import.meta.url));

/** Unit tests that put other modules in the place of loaded ones. */
const replacing = ["test/unit/main/status/metrics-copies.test.ts", "test/unit/main/status/prom-client.test.ts"];
const shared = ["test/unit/**/*.test.ts"];

/** Tests that run through much in little code. */
const busy = ["interleaving", "sections", "weak-order", "weak-memory", "two-writers", "random"].map(
  (name) => `test/memory/${name}.test.ts`,
);

export default defineConfig({
  plugins: [oneModule(busy, ["src/shared/errors.ts"])],
  // Everything that the package says in any test is searched for secrets.
  resolve: {
    alias: [
      { find: /^configstream-consumer$/, replacement: net("package.ts") },
      { find: /^configstream\/core-agent$/, replacement: net("core-agent.ts") },
      // By the same path as the net loads it, so that its classes are the same.
      { find: /^configstream-consumer\/internal$/, replacement: built("internal/index.js") },
      { find: /^configstream-consumer\/internal\/link$/, replacement: built("internal/link.js") },
    ],
  },
  test: {
    projects: [
      // Pure logic, most of it: these files share their processes, because to start one and load what they test takes longer than they do.
      { extends: true, test: { name: "unit", include: shared, exclude: replacing, isolate: false } },
      {
        extends: true,
        test: { name: "own", include: ["test/{integration,life,memory,simulation}/**/*.test.ts", ...replacing] },
      },
    ],
    setupFiles: [net("setup.ts")],
    // What is built runs as it is: to transform the bundles costs each test file half a second.
    server: { deps: { external: [/\/(dist|build)\//] } },
    pool: "forks",
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // More than two cores need, because much of what runs beside each other waits.
    maxWorkers: 3,
    maxConcurrency: 8,
  },
});
