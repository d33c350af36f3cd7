/** Stand-ins for tests. No code. */
export { createMockConsumer, type MockConsumer, type MockConsumerOptions } from "./mock-consumer.js";
