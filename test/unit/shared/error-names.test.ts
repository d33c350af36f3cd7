import { expect, it } from "vitest";
import * as errors from "../../../src/shared/errors.js";

it("errors say the name of their class, also when a bundler has renamed the class", () => {
  const classes = {
    InvalidOptionError: errors.InvalidOptionError,
    ConsumerStoppedError: errors.ConsumerStoppedError,
    WaitTimeoutError: errors.WaitTimeoutError,
    SubscriberOverflowError: errors.SubscriberOverflowError,
  };
  for (const [name, ErrorClass] of Object.entries(classes)) {
    // They are all constructed alike.
    const renamed = { a: class extends (ErrorClass as typeof errors.InvalidOptionError) {} };
    expect(new renamed.a("text").name).toBe(name);
  }
  expect(new errors.ConfigStreamError("internal", "text").name).toBe("ConfigStreamError");
});

it("an error from another copy of the library, as a bundle holds, keeps code and class", () => {
  const foreign = Object.assign(new Error("too late"), {
    serialize: () => ({ configStreamError: true, code: "timeout", message: "too late", cause: undefined }),
  });
  const error = errors.ConfigStreamError.from(foreign);
  expect(error).toBeInstanceOf(errors.WaitTimeoutError);
  expect(error.message).toBe("too late");
});
