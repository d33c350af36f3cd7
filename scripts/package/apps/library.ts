// What a user's TypeScript may look like, without a core agent; compiled, never run: as an ES module, as CommonJS and for a bundler.

import {
  attachReader,
  type ConfigChange,
  ConfigStreamError,
  type Consumer,
  type ConsumerOptions,
  type ConsumerStatus,
  createConsumer,
  type ErrorCode,
  type Reader,
  type Setting,
  type SharedConfig,
  type Subscription,
  type View,
  WaitTimeoutError,
} from "configstream-consumer";
import { createMockConsumer, type MockConsumer } from "configstream-consumer/testing";

export async function reads(options: ConsumerOptions): Promise<number> {
  await using consumer: Consumer = createConsumer({ ...options, clientName: "sample" });
  await consumer.start();
  await consumer.waitReady({ timeoutMs: 1_000, signal: AbortSignal.timeout(2_000) });
  const reader: Reader = consumer.reader();
  const port: Setting<number> = reader.setting("my_agent.port").asInt(8126);
  const view: View = reader.view();
  const tags: readonly string[] = view.getStringSlice("tags");
  const changes: Subscription = consumer.subscribe({ prefix: "my_agent.", overflow: "coalesce" });
  for await (const change of changes) show(change);
  const status: ConsumerStatus = consumer.status();
  return port.value + tags.length + status.keys + (await consumer.metrics.metrics()).length;
}

export function inThread(shared: SharedConfig): boolean {
  return attachReader(shared).getBool("enabled", true);
}

export function tests(): void {
  const mock: MockConsumer = createMockConsumer({ log_level: "info" });
  mock.set("log_level", "debug");
}

export function mayRetry(error: unknown): ErrorCode | undefined {
  if (error instanceof WaitTimeoutError) return error.code;
  return error instanceof ConfigStreamError && error.retryable ? error.code : undefined;
}

function show(change: ConfigChange): string {
  return `${change.key} ${change.source} ${change.sequenceId}`;
}
