/** The live view as lines of text. Pure: a model in, lines out. */
import type { ConsumerStatus } from "configstream-consumer";
import { formatElapsed, formatMillions, formatMs, plural } from "../terminal/format.js";
import { Frame } from "../terminal/frame.js";
import { printable } from "../terminal/printable.js";
import { type Style, styleOfSource } from "../terminal/style.js";
import { type Column, layOut, tableLine } from "../terminal/table.js";
import { displayWidth, fitTo, truncate } from "../terminal/text.js";
import type { HotLoopSummary } from "./hot-loop.js";
import type { MetricLine } from "./metrics.js";

/** A setting as the table shows it. Texts are already masked and printable. */
export interface SettingRow {
  readonly key: string;
  readonly value: string;
  readonly source: string;
  /** Empty: it has not changed since the start. */
  readonly sequenceId: string;
  readonly latency: string;
  /** Time since it changed; `undefined`: not since the start. */
  readonly ageMs: number | undefined;
}

export interface RecentChange {
  readonly time: string;
  readonly key: string;
  readonly oldValue: string;
  readonly newValue: string;
  readonly source: string;
}

export interface ViewModel {
  readonly columns: number;
  readonly rows: number;
  readonly elapsedMs: number;
  /** What is being waited for; `undefined` once settings are shown. */
  readonly startingWith: string | undefined;
  readonly status: ConsumerStatus | undefined;
  readonly readyMs: number | undefined;
  readonly agent: string;
  readonly yamlFile: string;
  /** Keys that only the user changed, the latest first; then the demo's own keys in a fixed order. */
  readonly settings: readonly SettingRow[];
  readonly recent: readonly RecentChange[];
  readonly hotLoop: HotLoopSummary | "running" | undefined;
  readonly metrics: MetricLine;
}

const leastColumns = 60;
const leastRows = 18;
const mostColumns = 160;
/** Lines beside the settings: borders, head, titles, hot loop, metrics. */
const fixedLines = 11;

export function renderView(model: ViewModel, style: Style): readonly string[] {
  const { columns, rows } = model;
  if (columns < leastColumns || rows < leastRows) return tooSmall(model);
  const inner = Math.min(columns, mostColumns) - 4;
  const frame = new Frame(inner, style);
  const free = rows - fixedLines - 1;
  // Past changes get at most half of the lines, and the settings keep at least 12.
  const recentRows = free >= 16 ? Math.min(14, free - Math.max(12, Math.ceil(free / 2)) - 1) : 0;
  const settingRows = Math.max(1, free - (recentRows > 0 ? recentRows + 1 : 0));
  return [
    frame.top("configstream demo", formatElapsed(model.elapsedMs)),
    frame.line(statusText(model, inner, style)),
    frame.line(placesText(model, inner, style)),
    frame.divider("Settings"),
    ...settingsTable(model, settingRows, inner, style).map((line) => frame.line(line)),
    ...(recentRows > 0
      ? [frame.divider("Latest changes"), ...recentLines(model, recentRows, inner, style, frame)]
      : []),
    frame.divider("Hot loop on the main thread"),
    ...hotLoopText(model.hotLoop, style).map((line) => frame.line(line)),
    frame.divider("Metrics"),
    ...metricsText(model.metrics, inner, style).map((line) => frame.line(line)),
    frame.bottom("h  hot loop again   any other key  stop"),
  ];
}

function statusText(model: ViewModel, inner: number, style: Style): string {
  const { status, readyMs, startingWith } = model;
  if (status === undefined || readyMs === undefined) {
    return `${style("yellow", "●")} ${truncate(startingWith ?? "starting", inner - 2)}`;
  }
  const { state, keys, sequenceId, lastError } = status;
  const dot = state === "live" ? style("green", "● live") : style("yellow", `● ${state}`);
  const facts = `   ${plural(keys, "setting")}   sequence id ${sequenceId ?? 0}`;
  const ready = `   ready after ${formatMs(readyMs)}`;
  const left = inner - state.length - 2;
  const trouble = state === "live" || lastError === undefined ? "" : `   ${printable(lastError.message)}`;
  return dot + truncate(trouble === "" ? facts + ready : trouble, left);
}

function placesText({ agent, yamlFile }: ViewModel, inner: number, style: Style): string {
  const head = `core agent ${printable(agent)}   `;
  const invitation = "edit ";
  const left = inner - displayWidth(head) - displayWidth(invitation);
  if (yamlFile === "" || left < 20) return style("dim", truncate(head.trimEnd(), inner));
  return style("dim", head) + invitation + style("cyan", cutLeft(printable(yamlFile), left));
}

/** The end of a path says more than its beginning. */
function cutLeft(path: string, columns: number): string {
  return path.length <= columns ? path : `…${path.slice(path.length - columns + 1)}`;
}

const settingColumns: readonly Column[] = [
  { title: "  KEY", min: 28, max: 50 },
  { title: "VALUE", min: 10, grow: 1 },
  { title: "SOURCE", min: 8, max: 22 },
  { title: "SEQ", align: "right", min: 4, dropOrder: 1 },
  { title: "READ AFTER", align: "right", min: 10, dropOrder: 2 },
];

/** How long a change stays bright, and how long it stays coloured. */
const brightMs = 1_200;
const warmMs = 4_000;

function settingsTable({ settings }: ViewModel, lines: number, inner: number, style: Style): readonly string[] {
  const shown = settings.slice(0, lines - 1);
  const cells = shown.map((row) => [
    `${row.ageMs !== undefined && row.ageMs < warmMs ? "▸" : " "} ${row.key}`,
    row.value,
    row.source,
    row.sequenceId,
    row.latency,
  ]);
  const layout = layOut(settingColumns, cells, inner);
  const titles = tableLine(
    settingColumns,
    layout,
    settingColumns.map(({ title }) => title),
  );
  const body = shown.map((row, index) =>
    tableLine(settingColumns, layout, cells[index] ?? [], (text, column) => decorate(row, column, text, style)),
  );
  const blanks = Array.from({ length: Math.max(0, lines - 1 - shown.length) }, () => "");
  return [style("dim", titles), ...body, ...blanks];
}

function decorate({ ageMs, source }: SettingRow, column: number, text: string, style: Style): string {
  const bright = ageMs !== undefined && ageMs < brightMs;
  const warm = ageMs !== undefined && ageMs < warmMs;
  if (column === 2) return style(styleOfSource(source), text);
  if (column > 2 && !bright) return style("dim", text);
  if (bright) return style("bold", style("brightYellow", text));
  return warm && column !== 0 ? style("yellow", text) : text;
}

function recentLines(
  { recent }: ViewModel,
  lines: number,
  inner: number,
  style: Style,
  frame: Frame,
): readonly string[] {
  return Array.from({ length: lines }, (_, index) => {
    const change = recent[index];
    if (change === undefined) return frame.line("");
    const { time, key, oldValue, newValue, source } = change;
    const width = Math.max(20, inner - 10);
    const keyColumns = Math.min(44, Math.floor(width * 0.4));
    const text = truncate(`${oldValue} → ${newValue}`, width - keyColumns - 24);
    const parts = [style("dim", time), fitTo(key, keyColumns), fitTo(text, width - keyColumns - 22 - 4)];
    return frame.line(`${parts.join("  ")}  ${style(styleOfSource(source), truncate(source, 20))}`);
  });
}

function hotLoopText(hotLoop: ViewModel["hotLoop"], style: Style): readonly [string, string] {
  if (hotLoop === undefined) return [style("dim", "waits for the first settings"), ""];
  if (hotLoop === "running") {
    return [style("yellow", "runs: for one second this thread only reads, and serves nothing else"), ""];
  }
  const { readsPerSecond, lastedMs, written, seen, latencyMs } = hotLoop;
  const rate = style("bold", `${formatMillions(readsPerSecond)} reads/s`);
  const latency =
    latencyMs === undefined
      ? ""
      : `, readable after ${formatMs(latencyMs.median)} (longest ${formatMs(latencyMs.max)})`;
  const all = style(
    latencyMs !== undefined && seen * 2 >= written ? "green" : "yellow",
    `${seen} of ${written} changes`,
  );
  return [`${rate} for ${formatMs(lastedMs)} without yielding`, `${all} seen meanwhile${latency}`];
}

function metricsText(metrics: MetricLine, inner: number, style: Style): readonly [string, string] {
  const lines: [string, string] = ["", ""];
  let at: 0 | 1 = 0;
  let used = 0;
  for (const [label, value] of metrics) {
    const width = displayWidth(`${label} ${value}`);
    if (used > 0 && used + 3 + width > inner) {
      if (at === 1) break;
      at = 1;
      used = 0;
    }
    lines[at] += `${used > 0 ? "   " : ""}${style("dim", label)} ${value}`;
    used += width + (used > 0 ? 3 : 0);
  }
  return lines;
}

function tooSmall({ columns, rows, status }: ViewModel): readonly string[] {
  const need = `The view needs ${leastColumns} columns and ${leastRows} rows.`;
  const lines = [`configstream demo: ${status?.state ?? "starting"}`, need, "Any key but h stops."];
  return lines.slice(0, rows).map((line) => truncate(line, columns));
}
