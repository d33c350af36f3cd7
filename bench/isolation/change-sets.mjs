// Whether any reader sees half of a change set: runs what `npm run sets` runs.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { args, report } from "../lib/arguments.mjs";

const main = fileURLToPath(new URL("../../test/integration/change-sets/main.mjs", import.meta.url));
const { stdout, stderr } = spawnSync(process.execPath, [main, "--reads", String(args.looks)], { encoding: "utf8" });
// It fails as well where halves are seen, and says how many.
const line = stdout.trim().split("\n").at(-1);
if (line === "") throw new Error(stderr);
const { total, counts, attached } = JSON.parse(line);
report({ looks: args.looks, halves: total, looked: counts.looks + attached.looks });
