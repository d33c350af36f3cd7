/*
 * A log level that follows the configuration: change `log_level` at the core agent, and pino writes more or less, at once.
 *
 * The core agent's levels have two names that pino does not: critical is fatal, off is silent. An unknown level leaves the
 * present one. Run it: node examples/log-level/main.mjs
 */
import { createConsumer } from "configstream-consumer";
import pino from "pino";

const logger = pino({ base: undefined, timestamp: false });
const consumer = createConsumer({ clientName: "log-level", logger: logger.child({ from: "configuration" }) });
const level = consumer.reader().setting("log_level").asString("info");

function follow() {
  const name =
    { critical: "fatal", off: "silent", warning: "warn" }[level.value.toLowerCase()] ?? level.value.toLowerCase();
  if (name !== "silent" && !(name in logger.levels.values))
    logger.warn({ name }, "unknown log level; the present one stays");
  else logger.level = name;
}

consumer.subscribe({ key: "log_level", onChange: follow });
await consumer.start();
await consumer.waitReady({ timeoutMs: 30_000 });

const work = setInterval(
  () => {
    logger.debug("looked for work");
    logger.warn("found none");
  },
  Number(process.env.PERIOD_MS ?? 2_000),
);

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, async () => {
    clearInterval(work);
    await consumer.stop();
  });
}
