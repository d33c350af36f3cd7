/** Runs before each test file: lays the net, unless it lies in this process already, and checks it after each test. */
import { afterEach } from "vitest";
import { layNet } from "./below.js";
import { emptyNet, isFirstCall } from "./net.js";
import { examineConsumers } from "./watched.js";

if (isFirstCall()) await layNet();

// Registered first, so it runs after the hooks of the test file: consumers are stopped by then, and have said all.
afterEach(async () => {
  await examineConsumers();
  const leaks = emptyNet();
  if (leaks.length > 0) throw new Error(`A secret was seen:\n${leaks.slice(0, 5).join("\n")}`);
});
