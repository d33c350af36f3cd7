/** The agent's proxy settings. */
import { stringOf, stringSliceOf } from "./conversions.js";
import type { Reading } from "./entry.js";
import type { Proxies } from "./reader-api.js";
import type { Section } from "./section.js";

/** What the section `proxy` says; `undefined` when it says nothing. */
export function proxiesOf(section: Section | undefined): Proxies | undefined {
  const read = <T>(name: string, convert: (reading: Reading) => T | undefined, zero: T): T => {
    const reading = section?.readings.find(({ key }) => key === `proxy.${name}`);
    return reading === undefined ? zero : (convert(reading.decode()) ?? zero);
  };
  const http = read("http", stringOf, "");
  const https = read("https", stringOf, "");
  const noProxy = read<readonly string[]>("no_proxy", stringSliceOf, Object.freeze([]));
  if (http === "" && https === "" && noProxy.length === 0) return undefined;
  return Object.freeze({ http, https, noProxy });
}
