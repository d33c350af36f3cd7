import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const net = (file: string) => fileURLToPath(new URL(`test/support/secret-net/${file}`, import.meta.url));

export default defineConfig({
  // Everything that the package says in any test is searched for secrets.
  resolve: {
    alias: [
      { find: /^configstream-consumer$/, replacement: net("package.ts") },
      { find: /^configstream-consumer\/core-agent$/, replacement: net("core-agent.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["**/node_modules/**"],
    setupFiles: [net("setup.ts")],
    pool: "forks",
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // Two cores: more workers only make the real-thread tests slower.
    maxWorkers: 2,
  },
});
