// The small consumer in a process of its own: `node consumer.mjs [fault]`.
import { createInterface } from "node:readline";
import { consume } from "./small-consumer.mjs";

await consume({
  fault: process.argv[2],
  env: process.env,
  lines: createInterface({ input: process.stdin }),
  write: (text) => process.stdout.write(text),
  complain: (text) => process.stderr.write(text),
});
process.exit();
