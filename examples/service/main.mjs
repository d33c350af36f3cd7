/*
 * A plain service. Its answers follow the configuration, request by request, without a restart:
 *
 *   my_service.greeting   text; default "Hello"
 *   my_service.timeout    duration, such as 2s; default 1 s
 *   my_service.tags       list of texts; default none
 *
 * Run it:     node examples/service/main.mjs          (see examples/README.md for the core agent)
 * Change it:  edit the core agent's YAML file, and ask again: curl localhost:3000
 */
import { createServer } from "node:http";
import { createConsumer } from "configstream-consumer";

const consumer = createConsumer({ clientName: "service" });
await consumer.start();
await consumer.waitReady({ timeoutMs: 30_000 });

const cfg = consumer.reader();
// A handle is made once, and costs about as much as a field wherever it is read.
const greeting = cfg.setting("my_service.greeting").asString("Hello");

const server = createServer((_request, response) => {
  // Two settings that are used together come from one view: never an old value of one with a new value of the other.
  const view = cfg.view();
  const timeoutMs = view.getDuration("my_service.timeout", 1_000);
  const tags = view.getStringSlice("my_service.tags");
  response.setHeader("content-type", "application/json");
  response.end(`${JSON.stringify({ greeting: greeting.value, timeoutMs, tags })}\n`);
});
server.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`listening on http://localhost:${server.address().port}`);
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, async () => {
    server.close();
    await consumer.stop();
  });
}
