/**
 * Puts the worker of the life tests, with the probe in it, into one file, as the build does for the worker of users: nearly a hundred
 * threads run it, and loading its modules one by one would take each of them twice as long.
 */
import { rm } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    /** Address of the file. */
    lifeProbe: string;
  }
}

const at = (place: string) => fileURLToPath(new URL(`../../../${place}`, import.meta.url));

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const folder = at(`node_modules/.cache/life-probe-${process.pid}`);
  const file = `${folder}/probe-entry.mjs`;
  const engines = at("dist/shared/guards/engines-node.js");
  const bundle = await rolldown({
    input: at("test/life/probe-entry.mjs"),
    platform: "node",
    resolve: { alias: { "#guard-engines": engines } },
    // As of the worker of users. What guards need finds the rest beside itself.
    external: ["@grpc/grpc-js", engines],
  });
  await bundle.write({ file, format: "esm", codeSplitting: false });
  await bundle.close();
  project.provide("lifeProbe", pathToFileURL(file).href);
  return () => rm(folder, { recursive: true, force: true });
}
