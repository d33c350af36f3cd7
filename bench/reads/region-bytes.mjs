// P11: bytes of the region for each byte of msgpack of the same settings. Prints one JSON object.
import { encode } from "../../dist/memory/codec.js";
import { args, report } from "../lib/arguments.mjs";
import { publishAll } from "../lib/region.mjs";
import { makeSettings } from "../lib/settings.mjs";

const { size: count } = args;
const settings = makeSettings(count);
// What the same settings take as messages: key, source and value of each.
const msgpackBytes = settings.reduce((sum, { key, value }) => sum + encode([key, "default", value]).length, 0);
const { memory } = publishAll(settings);
const regionBytes = memory.buffer.byteLength;
report({ size: count, regionBytes, msgpackBytes });
