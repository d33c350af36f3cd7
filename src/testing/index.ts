/// <reference types="node" preserve="true" />
/**
 * Stand-ins for tests. No code.
 *
 * @module configstream-consumer/testing
 */
export { createMockConsumer, type MockConsumer, type MockConsumerOptions, type MockControls } from "./mock-consumer.js";
