import { Module } from "node:module";
import { Registry } from "prom-client";
import { afterEach, expect, it, vi } from "vitest";
import { loadPromClient } from "../../../../src/main/status/prom-client.js";
import { ConfigStreamError } from "../../../../src/shared/errors.js";

// What Node.js loads. The test runner resolves as bundlers do, and in a bundle prom-client cannot be missing.
vi.mock("#prom-client", () => import("../../../../src/main/status/prom-client-node.js"));

// What `require` calls.
const loader = Module as unknown as { _load: (name: string, ...rest: unknown[]) => unknown };

afterEach(() => {
  vi.restoreAllMocks();
});

it("loads the prom-client that everybody else imports", () => {
  expect(loadPromClient().Registry).toBe(Registry);
});

it("says in an error, where prom-client is missing, what needs it and what to do, without the words of others", () => {
  const missing = Object.assign(new Error("Cannot find it in /secret/folder"), { code: "MODULE_NOT_FOUND" });
  vi.spyOn(loader, "_load").mockImplementation(() => {
    throw missing;
  });
  expect(loadPromClient).toThrow(ConfigStreamError);
  expect(loadPromClient).toThrow(
    "The metrics need the package prom-client, which could not be loaded (MODULE_NOT_FOUND). It must be installed beside " +
      'this one. In a bundle, the bundler must know the condition "module"; docs/bundles.md tells more.',
  );
});
