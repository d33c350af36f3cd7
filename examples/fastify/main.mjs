/*
 * Fastify, with what an orchestrator and Prometheus ask for:
 *
 *   GET /health/live    503 when only a restart may help
 *   GET /health/ready   settings can be read; says whether they are stale, and why. Stale settings must not take the service out:
 *                       otherwise it would be gone whenever the core agent is
 *   GET /metrics        the consumer's metrics
 *   GET /               uses a setting
 *
 * The consumer logs through Fastify's own logger. Run it: node examples/fastify/main.mjs
 */
import { checkHealth, createConsumer } from "configstream-consumer";
import Fastify from "fastify";

const app = Fastify({ logger: { level: process.env.LOG_LEVEL ?? "info" } });
const consumer = createConsumer({ clientName: "fastify-service", logger: app.log });
const limit = consumer.reader().setting("my_service.limit").asInt(10);

app.get("/", async () => ({ limit: limit.value }));

for (const probe of ["live", "ready"]) {
  app.get(`/health/${probe}`, async (_request, reply) => {
    const health = checkHealth(consumer.status());
    return reply.code(health[probe] ? 200 : 503).send(health);
  });
}

app.get("/metrics", async (_request, reply) => {
  reply.type(consumer.metrics.contentType);
  return await consumer.metrics.metrics();
});

app.addHook("onClose", () => consumer.stop());

// Readiness is not waited for: until settings are there, the service answers 503 to /health/ready, and reads defaults.
await consumer.start();
await app.listen({ port: Number(process.env.PORT ?? 3000) });

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => app.close());
