/*
 * A service with the feature flag: its settings come from its own file, or, once the flag is on, from the core agent. The rest of
 * the code is the same in both cases.
 *
 *   node examples/feature-flag/main.mjs                                    the flag is off: settings of agent.yaml, edits included
 *   DD_USE_RAR_CONFIG_STREAM=true node examples/feature-flag/main.mjs      the flag is on: settings of the core agent
 */
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { createEffectiveConfig } from "configstream-consumer";

const file = process.env.CONFIG_FILE ?? fileURLToPath(new URL("agent.yaml", import.meta.url));
const config = await createEffectiveConfig({ clientName: "greeter", configFiles: [file] });
const greeting = config.reader().setting("greeter.greeting").asString("Hello");

const server = createServer((_request, response) => response.end(`${greeting.value}\n`));
server.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  console.log("settings from %s, listening on %o", config.status().origin, server.address());
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, async () => {
    server.close();
    await config.stop();
  });
}
