import { mergeConfig } from "vitest/config";
import config from "../../../vitest.config.ts";

/** The tests that are to notice, of main.mjs. */
const include = (process.env.MUTATION_TESTS ?? "").split(" ");

export default mergeConfig({ ...config, test: { ...config.test, include: [] } }, { test: { include } });
