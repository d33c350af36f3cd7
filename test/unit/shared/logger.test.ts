import { expect, test } from "vitest";
import { guarded } from "../../../src/shared/logger.js";

test("a logger that throws, or fails later, disturbs nobody; one that works gets every line as its own method", async () => {
  const rejections: unknown[] = [];
  const onRejection = (reason: unknown) => void rejections.push(reason);
  process.on("unhandledRejection", onRejection);
  const logger = {
    lines: [] as string[],
    debug(message: string) {
      this.lines.push(message);
    },
    info() {
      throw new Error("The disk is full.");
    },
    async warn() {
      throw new Error("The network is down.");
    },
    error: undefined as unknown as () => void,
  };
  const safe = guarded(logger);
  safe.debug("one");
  safe.info("two");
  safe.warn("three");
  safe.error("four");
  expect(logger.lines).toEqual(["one"]);
  await new Promise((resolve) => setTimeout(resolve, 10));
  process.off("unhandledRejection", onRejection);
  expect(rejections).toEqual([]);
});
