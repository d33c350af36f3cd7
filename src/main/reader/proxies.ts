/** The agent's proxy settings. */

import type { Reading } from "../../memory/reader/entry.js";
import type { Section } from "../../memory/reader/section.js";
import type { Proxies } from "./api.js";
import { stringOf, stringSliceOf } from "./conversions.js";

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
