// P11: bytes of the region for each byte of msgpack of the same settings. Prints one JSON object.
import { encode } from "../../dist/shared/codec.js";
import { publishAll } from "../lib/region.mjs";
import { makeSettings } from "../lib/settings.mjs";

const count = Number(process.argv[2]);
const settings = makeSettings(count);
// What the same settings take as messages: key, source and value of each.
const msgpackBytes = settings.reduce((sum, { key, value }) => sum + encode([key, "default", value]).length, 0);
const { memory } = publishAll(settings);
const regionBytes = memory.buffer.byteLength;
console.log(JSON.stringify({ settings: count, regionBytes, msgpackBytes, ratio: regionBytes / msgpackBytes }));
