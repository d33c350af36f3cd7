import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const net = (file: string) => fileURLToPath(new URL(`test/support/secret-net/${file}`, import.meta.url));
const built = (file: string) => fileURLToPath(new URL(`dist/${file}`, import.meta.url));

export default defineConfig({
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
    include: ["test/**/*.test.ts"],
    exclude: ["**/node_modules/**"],
    setupFiles: [net("setup.ts")],
    // What is built runs as it is: to transform the bundles costs each test file half a second.
    server: { deps: { external: [/\/(dist|build)\//] } },
    pool: "forks",
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // Two cores: more workers only make the real-thread tests slower.
    maxWorkers: 2,
  },
});
