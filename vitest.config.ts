import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["**/node_modules/**"],
    pool: "forks",
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // Two cores: more workers only make the real-thread tests slower.
    maxWorkers: 2,
  },
});
