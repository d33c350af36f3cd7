/**
 * `node --import configstream-consumer/register app.js`: settings are there before the first line of the application, which gets
 * them by `getRegisteredReader()` and `getRegisteredConsumer()` of `configstream-consumer`. docs/start-up.md names the
 * environment variables.
 */
import { isMainThread } from "node:worker_threads";
import { register } from "./register.js";

// Worker threads inherit --import. They read what the main thread shares, and must not start a consumer each.
if (isMainThread) await register(process.env);
