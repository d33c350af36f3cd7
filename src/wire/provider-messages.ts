/**
 * What a remote agent answers when it is asked for its status, metrics and files: to bytes. Pure. Names and numbers of the
 * fields are those of proto/; a test compares all of this with proto-loader.
 */
import { bytesOf, entryOf, presentText } from "./fields.js";

/** Title → value, in the order in which they are shown. */
export type StatusFields = ReadonlyMap<string, string>;

/** GetStatusDetailsResponse. */
export interface StatusDetails {
  readonly main: StatusFields;
  /** By title. */
  readonly named: ReadonlyMap<string, StatusFields>;
}

/** Field numbers with their wire types: number × 8 + type. */
const statusTag = { main: 0x0a, named: 0x12 } as const;
const sectionTag = { fields: 0x0a } as const;
const entryValue = 0x12;
const telemetryTag = { promText: 0x0a } as const;
const flareTag = { files: 0x0a } as const;

export function writeStatusDetails({ main, named }: StatusDetails): Buffer {
  const sections = [...named].map(([title, fields]) =>
    entryOf(statusTag.named, title, bytesOf(entryValue, section(fields))),
  );
  return Buffer.concat([bytesOf(statusTag.main, section(main)), ...sections]);
}

function section(fields: StatusFields): Buffer {
  return Buffer.concat(
    [...fields].map(([title, value]) => entryOf(sectionTag.fields, title, presentText(entryValue, value))),
  );
}

/** GetTelemetryResponse, in Prometheus' text format. */
export function writeTelemetry(promText: string): Buffer {
  return presentText(telemetryTag.promText, promText);
}

/** GetFlareFilesResponse: content by file name. */
export function writeFlareFiles(files: ReadonlyMap<string, string>): Buffer {
  const entries = [...files].map(([name, content]) => entryOf(flareTag.files, name, presentText(entryValue, content)));
  return Buffer.concat(entries);
}
