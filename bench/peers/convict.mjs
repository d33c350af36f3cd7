import convict from "convict";
import { nested } from "./nested.mjs";

export async function create(settings) {
  const config = convict(nested(settings, (value) => ({ default: value, format: Number }))).validate();
  return { expression: "config.get(key)", scope: { config } };
}
