/**
 * What remote agents report, as the core agent reads it; the other side of report-messages.ts. Pure. Of an issue, what is shown of it.
 *
 * Fields that are not known here are passed over, absent ones are proto3's zero values, and of a field that stands there twice the last
 * one counts; bytes that are no message throw a `RangeError`. A test compares all of this with proto-loader.
 */
import { type Issue, type Report, reportTags } from "./report-messages.js";
import { WireReader } from "./wire-reader.js";

/** Of an issue, what a core agent keeps. */
export type ReadIssue = Pick<
  Issue,
  "id" | "issueName" | "title" | "description" | "severity" | "detectedAt" | "source"
>;

/** ReportHealthIssueRequest. */
export interface IssueReport {
  readonly sessionId: string;
  /** `undefined`: the message holds none. */
  readonly issue: ReadIssue | undefined;
}

/** ResolveHealthIssueRequest. */
export interface IssueResolution {
  readonly sessionId: string;
  readonly issueId: string;
}

/** ReportRemoteAgentEventRequest. */
export interface EventReport extends Pick<Extract<Report, { readonly kind: "events" }>, "sentences"> {
  readonly sessionId: string;
}

const { issueTag, reportTag, resolveTag, eventsTag, eventTag } = reportTags;
const textTags: { readonly [name in Exclude<keyof ReadIssue, "severity">]: number } = issueTag;
const nameByTag = new Map(
  (["id", "issueName", "title", "description", "detectedAt", "source"] as const).map((name) => [textTags[name], name]),
);

export function readIssueReport(bytes: Buffer): IssueReport {
  let sessionId = "";
  let issue: ReadIssue | undefined;
  const reader = new WireReader(bytes);
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === reportTag.sessionId) sessionId = reader.text();
    else if (tag === reportTag.issue) issue = readIssue(reader, issue);
    else reader.skip(tag);
  }
  return { sessionId, issue };
}

/** `before`: a message that stands there twice is merged, as proto3 has it. */
function readIssue(reader: WireReader, before: ReadIssue | undefined): ReadIssue {
  const texts = { id: "", issueName: "", title: "", description: "", detectedAt: "", source: "", ...before };
  let severity = before?.severity ?? 0;
  const outer = reader.open();
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    const name = nameByTag.get(tag);
    if (name !== undefined) texts[name] = reader.text();
    else if (tag === issueTag.severity) severity = reader.int32();
    else reader.skip(tag);
  }
  reader.close(outer);
  return { ...texts, severity };
}

export function readIssueResolution(bytes: Buffer): IssueResolution {
  const read = { sessionId: "", issueId: "" };
  const reader = new WireReader(bytes);
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === resolveTag.sessionId) read.sessionId = reader.text();
    else if (tag === resolveTag.issueId) read.issueId = reader.text();
    else reader.skip(tag);
  }
  return read;
}

export function readEventReport(bytes: Buffer): EventReport {
  let sessionId = "";
  const sentences: string[] = [];
  const reader = new WireReader(bytes);
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === eventsTag.sessionId) sessionId = reader.text();
    else if (tag === eventsTag.events) sentences.push(readEvent(reader));
    else reader.skip(tag);
  }
  return { sessionId, sentences };
}

function readEvent(reader: WireReader): string {
  let sentence = "";
  const outer = reader.open();
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === eventTag.message) sentence = reader.text();
    else reader.skip(tag);
  }
  reader.close(outer);
  return sentence;
}
