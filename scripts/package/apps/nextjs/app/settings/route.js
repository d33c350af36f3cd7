// Answers with settings of the core agent. The consumer starts with the first request: a build must not wait for one.
import { createConsumer } from "configstream-consumer";

export const dynamic = "force-dynamic";

let started;

async function start() {
  const consumer = createConsumer({ clientName: "next", isolation: process.env.ISOLATION });
  await consumer.start();
  await consumer.waitReady({ timeoutMs: 30_000 });
  return consumer;
}

export async function GET() {
  started ??= start();
  const consumer = await started;
  const live = /state{client="next",state="live"} 1/.test(await consumer.metrics.metrics());
  return Response.json({ port: consumer.reader().getInt("my_agent.port"), live });
}
