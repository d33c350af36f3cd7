// npm run storm -- [--reads 1e9] [--seconds 60] [--readers 2] [--kill-every-ms 40]
import { parseArgs } from "node:util";
import { storm } from "./storm/storm.mjs";

const { values } = parseArgs({
  options: {
    reads: { type: "string", default: "1e9" },
    seconds: { type: "string", default: "3600" },
    readers: { type: "string", default: "2" },
    "kill-every-ms": { type: "string", default: "40" },
  },
});
const totals = await storm({
  reads: Number(values.reads),
  seconds: Number(values.seconds),
  readers: Number(values.readers),
  killEveryMs: Number(values["kill-every-ms"]),
});
process.stdout.write(`${JSON.stringify({ node: process.version, ...totals }, null, 2)}\n`);
process.exitCode = totals.violations === 0 && totals.reads > 0 ? 0 : 1;
