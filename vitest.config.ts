import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/support/vitest/longest-first.js";
import { oneModule } from "./test/support/vitest/one-module.js";

const net = (file: string) => fileURLToPath(new URL(`test/support/secret-net/${file}`, import.meta.url));
const built = (file: string) => fileURLToPath(new URL(`dist/${file}`, import.meta.url));

/**
 * Tests that put other modules in the place of loaded ones, that look at all that their process holds, and tests of threads that are stuck,
 * which must not hold up others.
 */
const own = [
  ...["metrics-copies", "prom-client"].map((name) => `test/unit/main/status/${name}.test.ts`),
  ...["link/engine-transport", "link/transport", "core-agent/core-agent"].map(
    (name) => `test/integration/${name}.test.ts`,
  ),
  "test/life/**/*.test.ts",
];
const all = ["test/{unit,integration,life,memory,simulation}/**/*.test.ts"];
const globalSetup = ["test/support/vitest/certificate.ts"];
const lifeSetup = [...globalSetup, "test/support/vitest/life-probe.ts"];

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
      // Files share their processes, because to start one and load what they test takes longer than most of them do: pure logic, and core
      // agents, consumers and threads that end with their test.
      { extends: true, test: { name: "shared", include: all, exclude: own, isolate: false, globalSetup } },
      { extends: true, test: { name: "own", include: own, globalSetup: lifeSetup } },
    ],
    setupFiles: [net("setup.ts")],
    // What is built runs as it is: to transform the bundles costs each test file half a second.
    server: { deps: { external: [/\/(dist|build)\//] } },
    pool: "forks",
    sequence: { sequencer: LongestFirst },
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // More than two cores need, because much of what runs beside each other waits.
    maxWorkers: 5,
    maxConcurrency: 8,
  },
});
