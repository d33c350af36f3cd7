import { setEnvironmentData } from "node:worker_threads";
import { afterEach, expect, it } from "vitest";
import {
  getRegisteredConsumer,
  getRegisteredReader,
  isRegistered,
  setRegistered,
} from "../../../../src/main/consumer/registered.js";
import { createMockConsumer } from "../../../../src/testing/index.js";

const name = "configstream-consumer/registered";

afterEach(() => {
  delete (globalThis as { [key: symbol]: unknown })[Symbol.for(name)];
  setEnvironmentData(name, undefined);
});

it("without a registered consumer there is neither a consumer nor a reader, and the error says how to get one", () => {
  expect(isRegistered()).toBe(false);
  const expected = {
    code: "not_registered",
    message: expect.stringMatching(/--import configstream-consumer\/register$/),
  };
  for (const get of [getRegisteredConsumer, getRegisteredReader]) {
    let thrown: unknown;
    try {
      get();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject(expected);
    expect(String(thrown), "this is the main thread").not.toMatch(/worker thread/);
  }
});

it("a registered consumer is given as it is, and its reader is the consumer's own", async () => {
  await using mock = createMockConsumer({ a: 1 });
  setRegistered(mock as never);
  expect(isRegistered()).toBe(true);
  expect(getRegisteredConsumer()).toBe(mock);
  expect(getRegisteredReader()).toBe(mock.reader());
});

it("a thread that the consumer does not live in reads by what was shared with it, by one reader", async () => {
  await using mock = createMockConsumer({ a: 1 });
  setEnvironmentData(name, mock.share() as object);
  const reader = getRegisteredReader();
  expect(reader.getInt("a")).toBe(1);
  expect(getRegisteredReader()).toBe(reader);
});
