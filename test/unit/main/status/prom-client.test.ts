import { Module } from "node:module";
import { Registry } from "prom-client";
import { afterEach, expect, test, vi } from "vitest";
import { loadPromClient } from "../../../../src/main/status/prom-client.js";
import { ConfigStreamError } from "../../../../src/shared/errors.js";

// What `require` calls.
const loader = Module as unknown as { _load: (name: string, ...rest: unknown[]) => unknown };

afterEach(() => {
  vi.restoreAllMocks();
});

test("prom-client is the one that everybody else imports", () => {
  expect(loadPromClient().Registry).toBe(Registry);
});

test("where prom-client is missing, the error says what needs it and what to do, without the words of others", () => {
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
