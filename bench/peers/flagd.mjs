import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { FlagdProvider } from "@openfeature/flagd-provider";
import { OpenFeature } from "@openfeature/server-sdk";
import { flagdConfiguration } from "./flagd-core.mjs";

export async function create(settings, dir) {
  const offlineFlagSourcePath = join(dir, "flags.json");
  writeFileSync(offlineFlagSourcePath, flagdConfiguration(settings));
  await OpenFeature.setProviderAndWait(new FlagdProvider({ resolverType: "in-process", offlineFlagSourcePath }));
  const client = OpenFeature.getClient();
  return { expression: "await client.getNumberValue(key, -1)", scope: { client }, close: () => OpenFeature.close() };
}
