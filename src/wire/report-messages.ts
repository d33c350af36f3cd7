/**
 * What a remote agent reports to its core agent: issues, that they are over, and events; to bytes. Pure. Names and numbers of
 * the fields are those of proto/; a test compares all of this with proto-loader.
 */
import type { ConfigValue } from "../shared/types.js";
import { bytesOf, entryOf, numberOf, textOf } from "./fields.js";
import { valueSize, writeValue } from "./proto-value.js";
import { WireWriter } from "./wire-writer.js";

/** IssueSeverity, by number. */
export const issueSeverity = { low: 1, medium: 2, high: 3 } as const;

/** The part of `datadog.healthplatform.Issue` that a remote agent fills in. */
export interface Issue {
  /** Unique; a report with the same id replaces the one before. */
  readonly id: string;
  readonly issueName: string;
  readonly title: string;
  readonly description: string;
  readonly category: string;
  /** Where it occurred. */
  readonly location: string;
  readonly severity: number;
  /** RFC 3339. */
  readonly detectedAt: string;
  /** The remote agent. */
  readonly source: string;
  readonly extra: { readonly [name: string]: ConfigValue };
  readonly tags: readonly string[];
  /** The name in snake case. */
  readonly issueType: string;
}

/** Field numbers with their wire types: number × 8 + type. */
const issueTag = {
  id: 0x0a,
  issueName: 0x12,
  title: 0x1a,
  description: 0x22,
  category: 0x2a,
  location: 0x32,
  severity: 0x38,
  detectedAt: 0x42,
  source: 0x4a,
  extra: 0x52,
  tags: 0x62,
  issueType: 0x72,
} as const;
const structFields = 0x0a;
const entryValue = 0x12;
const reportTag = { sessionId: 0x0a, issue: 0x12 } as const;
const resolveTag = { sessionId: 0x0a, issueId: 0x12 } as const;
const eventsTag = { sessionId: 0x0a, events: 0x12 } as const;
const eventTag = { message: 0x0a } as const;
/** With which the core agent reads. */
export const reportTags = { issueTag, reportTag, resolveTag, eventsTag, eventTag } as const;

/** Something that a remote agent reports. */
export type Report =
  | { readonly kind: "issue"; readonly issue: Issue }
  | { readonly kind: "resolution"; readonly issueId: string }
  /** Sentences for people. */
  | { readonly kind: "events"; readonly sentences: readonly string[] };

/** ReportHealthIssueRequest. */
export function writeIssueReport(sessionId: string, issue: Issue): Buffer {
  return Buffer.concat([textOf(reportTag.sessionId, sessionId), bytesOf(reportTag.issue, writeIssue(issue))]);
}

function writeIssue(issue: Issue): Buffer {
  return Buffer.concat([
    textOf(issueTag.id, issue.id),
    textOf(issueTag.issueName, issue.issueName),
    textOf(issueTag.title, issue.title),
    textOf(issueTag.description, issue.description),
    textOf(issueTag.category, issue.category),
    textOf(issueTag.location, issue.location),
    numberOf(issueTag.severity, issue.severity),
    textOf(issueTag.detectedAt, issue.detectedAt),
    textOf(issueTag.source, issue.source),
    bytesOf(issueTag.extra, writeStruct(issue.extra)),
    ...issue.tags.map((tag) => bytesOf(issueTag.tags, Buffer.from(tag))),
    textOf(issueTag.issueType, issue.issueType),
  ]);
}

function writeStruct(struct: Issue["extra"]): Buffer {
  const entries = Object.entries(struct).map(([name, value]) => {
    const writer = new WireWriter(valueSize(value));
    writeValue(writer, value);
    return entryOf(structFields, name, bytesOf(entryValue, writer.bytes));
  });
  return Buffer.concat(entries);
}

/** ResolveHealthIssueRequest. */
export function writeIssueResolution(sessionId: string, issueId: string): Buffer {
  return Buffer.concat([textOf(resolveTag.sessionId, sessionId), textOf(resolveTag.issueId, issueId)]);
}

/** ReportRemoteAgentEventRequest: events that are a sentence for people, and no more. */
export function writeEventReport(sessionId: string, sentences: readonly string[]): Buffer {
  const events = sentences.map((sentence) => bytesOf(eventsTag.events, textOf(eventTag.message, sentence)));
  return Buffer.concat([textOf(eventsTag.sessionId, sessionId), ...events]);
}
