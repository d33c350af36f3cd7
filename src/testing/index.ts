/// <reference types="node" preserve="true" />
/**
 * Stand-ins for tests. No code.
 *
 * @module configstream-consumer/testing
 */
export {
  createMockConsumer,
  type MockConsumer,
  type MockConsumerOptions,
  type MockControls,
  type MockState,
} from "./mock-consumer.js";
