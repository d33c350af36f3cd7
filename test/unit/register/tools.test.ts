import { describe, expect, it } from "vitest";
import { isPackageManager } from "../../../src/register/tools.js";

describe("a process is left alone", () => {
  it.each([
    "/usr/lib/node_modules/npm/bin/npm-cli.js",
    "/usr/lib/node_modules/npm/bin/npx-cli.js",
    "C:\\Program Files\\nodejs\\node_modules\\npm\\bin\\npm-cli.js",
    "/usr/lib/node_modules/corepack/dist/pnpm.js",
    "/usr/lib/node_modules/pnpm/bin/pnpm.cjs",
    "/cache/node/corepack/v1/pnpm/10.0.0/bin/pnpm.cjs",
    "/app/.yarn/releases/yarn-4.18.1.cjs",
    "/app/node_modules/@yarnpkg/cli-dist/bin/yarn.js",
  ])("when it runs a package manager: %s", (script) => {
    expect(isPackageManager(script)).toBe(true);
  });

  it.each(["", "/app/main.js", "/app/npm/main.js", "/app/node_modules/fastify-cli/cli.js", "/app/yarn-4.js"])(
    "but not when it runs an application: %s",
    (script) => {
      expect(isPackageManager(script)).toBe(false);
    },
  );
});
