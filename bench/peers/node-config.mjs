import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { nested } from "./nested.mjs";

export async function create(settings, dir) {
  writeFileSync(join(dir, "default.json"), JSON.stringify(nested(settings)));
  process.env.NODE_CONFIG_DIR = dir;
  process.env.SUPPRESS_NO_CONFIG_WARNING = "1";
  const { default: config } = await import("config");
  return { expression: "config.get(key)", scope: { config } };
}
