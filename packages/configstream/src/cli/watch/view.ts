/** The live view of `configstream watch` as lines of text. Pure: a model in, lines out. */
import type { ConsumerStatus } from "configstream-consumer";
import { reasonOf } from "../connection/connection.js";
import { formatAge, formatBytes, formatCount, formatElapsed, plural } from "../terminal/format.js";
import { Frame } from "../terminal/frame.js";
import { printable } from "../terminal/printable.js";
import { type Style, styleOfSource } from "../terminal/style.js";
import { type Column, layOut, tableLine } from "../terminal/table.js";
import { displayWidth, fitTo, truncate, wrap } from "../terminal/text.js";
import { sortOrders, type Ui } from "./ui.js";

/** A setting as the table shows it. Texts are already masked and printable. */
export interface Row {
  readonly key: string;
  readonly value: string;
  readonly source: string;
  /** Time since it changed; `undefined`: not since the start. */
  readonly ageMs: number | undefined;
  /** It is gone. */
  readonly removed: boolean;
  /** A newer value breaks its guard. */
  readonly held?: boolean;
}

/** One layer of the selected setting. */
export interface LayerRow {
  readonly source: string;
  readonly value: string;
}

export interface Details {
  readonly key: string;
  /** Its latest change, or how it came. */
  readonly history: string;
  /** Highest priority first: the first one wins. */
  readonly layers: readonly LayerRow[];
}

export interface WatchModel {
  readonly columns: number;
  readonly rows: number;
  readonly address: string;
  readonly elapsedMs: number;
  readonly status: ConsumerStatus;
  /** How long the stream has been down; `undefined` while it is up, or was never up. */
  readonly downForMs: number | undefined;
  readonly rates: { readonly perSecond: number; readonly lastMinute: number; readonly total: number };
  /** As many bars as are asked for. */
  readonly sparkline: (columns: number) => string;
  readonly ui: Ui;
  /** What the command line narrows the view to; empty: everything. */
  readonly scope: string;
  /** Settings that are watched, whatever the search says. */
  readonly watched: number;
  /** Settings that fit the search. */
  readonly total: number;
  /** Index of the first row among them. */
  readonly top: number;
  readonly table: readonly Row[];
  readonly details: Details | undefined;
}

export const leastColumns = 50;
export const leastRows = 12;
const mostColumns = 180;
/** Lines beside the table's rows: borders, two of status, the divider, the titles. */
const fixedLines = 6;

/** Lines that the details take, their divider included. */
function detailLines(rows: number, details: boolean): number {
  return details ? Math.min(7, Math.max(4, Math.floor(rows / 4))) : 0;
}

/** Rows of the table on a screen of so many rows. */
export function pageSize(rows: number, details: boolean): number {
  return Math.max(1, rows - 1 - fixedLines - detailLines(rows, details));
}

export function renderWatch(model: WatchModel, style: Style): readonly string[] {
  const { columns, rows, ui } = model;
  if (columns < leastColumns || rows < leastRows) return tooSmall(model);
  const inner = Math.min(columns, mostColumns) - 4;
  const frame = new Frame(inner, style);
  return [
    frame.top("configstream watch", `${printable(model.address)} ─ ${formatElapsed(model.elapsedMs)}`),
    frame.line(statusLine(model, inner, style)),
    frame.line(troubleLine(model, inner, style) ?? rateLine(model, inner, style)),
    frame.divider("Settings", `${tableNote(model)}${ui.search === "" && !ui.typing ? "" : searchNote(ui)}`),
    ...tableLines(model, inner, style).map((line) => frame.line(line)),
    ...detailsLines(model, inner, frame, style),
    frame.bottom(ui.typing ? typingHelp : keysHelp(ui)),
  ];
}

function statusLine({ status, downForMs }: WatchModel, inner: number, style: Style): string {
  const { state, keys, sequenceId, sessionAgeMs, attempt, nextAttemptInMs, step, ready } = status;
  if (state === "live") {
    const session = sessionAgeMs === undefined ? "" : `   session ${formatAge(sessionAgeMs)}`;
    const facts = `   ${plural(keys, "setting")}   sequence id ${sequenceId ?? 0}${session}`;
    return style("green", "● live") + truncate(facts, inner - 6);
  }
  const color = state === "failed" ? "red" : "yellow";
  const head = style(color, `● ${state}`);
  const down = downForMs === undefined ? "" : ` for ${formatAge(downForMs)}`;
  const kept = ready ? ", the last settings are shown" : `, step "${step}"`;
  const next = nextAttemptInMs === undefined ? "" : `, next attempt in ${Math.ceil(nextAttemptInMs / 1_000)} s`;
  const tries = attempt === 0 ? "" : `   ${attempt} failed${next}`;
  return head + truncate(`${down}${kept}${tries}`, inner - state.length - 2);
}

/** While the stream is down, why is worth more than how much arrives. */
function troubleLine({ status }: WatchModel, inner: number, style: Style): string | undefined {
  const { state, lastError } = status;
  if (state === "live" || lastError === undefined) return undefined;
  return style("yellow", truncate(printable(reasonOf(lastError)), inner));
}

function rateLine(model: WatchModel, inner: number, style: Style): string {
  const { perSecond, lastMinute, total } = model.rates;
  const { status } = model;
  const rate = perSecond >= 10 ? formatCount(perSecond) : perSecond.toFixed(1);
  const texts = [
    `${rate}/s`,
    `${formatCount(lastMinute)} in the last minute`,
    `${formatCount(total)} in all`,
    `shared memory ${formatBytes(status.regionBytes)}`,
    ...(status.held.length > 0 ? [`${status.held.length} held`] : []),
    ...(status.workerRestarts > 0 ? [`${status.workerRestarts} worker restarts`] : []),
  ];
  const label = "changes ";
  const bars = Math.max(8, Math.min(60, inner - displayWidth(label + texts.join("   ")) - 3));
  const line = model.sparkline(bars);
  const rest = truncate(`   ${texts.join("   ")}`, inner - label.length - displayWidth(line));
  return style("dim", label) + style(perSecond > 0 ? "cyan" : "dim", line) + rest;
}

function tableNote({ table, top, total, watched, ui, scope }: WatchModel): string {
  const range = total === 0 ? "none" : `${formatCount(top + 1)}–${formatCount(top + table.length)}`;
  const of = total === watched ? `of ${formatCount(total)}` : `of ${formatCount(total)} that fit`;
  const changed = ui.changedOnly ? ", changed only" : "";
  return `${range} ${of}, by ${ui.sort}${changed}${scope === "" ? "" : `, ${printable(scope)}`}`;
}

function searchNote({ search, typing }: Ui): string {
  return `   /${printable(search)}${typing ? "▏" : ""}`;
}

const columns: readonly Column[] = [
  { title: "  KEY", min: 20, max: 60 },
  { title: "VALUE", min: 10, grow: 1 },
  { title: "SOURCE", min: 8, max: 22 },
  { title: "AGE", align: "right", min: 7 },
];

/** How long a change stays bright, and how long it stays coloured, in ms. */
const brightMs = 1_500;
const warmMs = 6_000;

function tableLines(model: WatchModel, inner: number, style: Style): readonly string[] {
  const { table, top, ui, elapsedMs, rows } = model;
  const cells = table.map(({ key, value, source, ageMs, removed, held }) => [
    `${held ? "!" : isWarm(ageMs) ? "▸" : " "} ${key}`,
    removed ? "(removed)" : value,
    source,
    ageMs === undefined ? `>${formatAge(Math.max(1_000, elapsedMs))}` : formatAge(ageMs),
  ]);
  const layout = layOut(columns, cells, inner);
  const titles = tableLine(
    columns,
    layout,
    columns.map(({ title }) => title),
  );
  const body = table.map((row, index) => {
    const selected = top + index === ui.selected;
    const line = cells[index] ?? [];
    if (selected) return style("inverse", fitTo(tableLine(columns, layout, line), inner));
    return tableLine(columns, layout, line, (text, column) => decorate(row, column, text, style));
  });
  const lines = [style("dim", titles), ...body];
  if (table.length === 0) lines.push(...wrap(emptyText(model), inner - 2).map((line) => style("dim", `  ${line}`)));
  const height = pageSize(rows, ui.details) + 1;
  return [...lines, ...Array.from({ length: Math.max(0, height - lines.length) }, () => "")].slice(0, height);
}

function emptyText({ status, ui, watched }: WatchModel): string {
  if (!status.ready) {
    // In full, where the line above the table has no room for it.
    const why = status.lastError === undefined ? "" : ` ${printable(reasonOf(status.lastError))}`;
    return `The first settings have not arrived yet.${why}`;
  }
  if (ui.search !== "") return "No setting fits the search; Esc clears it.";
  if (ui.changedOnly) return "Nothing has changed yet; c shows all settings.";
  return watched === 0 ? "No setting fits the options of the command yet; they are watched for." : "";
}

function isWarm(ageMs: number | undefined): boolean {
  return ageMs !== undefined && ageMs < warmMs;
}

function decorate({ ageMs, source, removed, held }: Row, column: number, text: string, style: Style): string {
  if (held && column === 0) return style("red", text);
  if (removed) return style(isWarm(ageMs) ? "red" : "dim", text);
  if (column === 2) return style(styleOfSource(source), text);
  if (ageMs !== undefined && ageMs < brightMs) return style("bold", style("brightYellow", text));
  if (column === 3) return style("dim", text);
  return isWarm(ageMs) ? style("yellow", text) : text;
}

function detailsLines(model: WatchModel, inner: number, frame: Frame, style: Style): readonly string[] {
  const { details, rows, ui } = model;
  const height = detailLines(rows, ui.details) - 1;
  if (height < 0) return [];
  if (details === undefined) return [frame.divider("Layers"), ...blank(height).map((line) => frame.line(line))];
  const { layers, history, key } = details;
  const sourceColumns = Math.max(8, ...layers.map(({ source }) => displayWidth(source)));
  const lines = layers.map(({ source, value }, index) => {
    const mark = index === 0 ? style("green", "●") : style("dim", "○");
    const text = truncate(value, inner - sourceColumns - 5);
    return `${mark} ${style(styleOfSource(source), fitTo(source, sourceColumns))}   ${index === 0 ? text : style("dim", text)}`;
  });
  const shown = [style("dim", truncate(history, inner)), ...lines].slice(0, height);
  return [frame.divider(key, ""), ...[...shown, ...blank(height - shown.length)].map((line) => frame.line(line))];
}

function blank(count: number): string[] {
  return Array.from({ length: Math.max(0, count) }, () => "");
}

const typingHelp = "type to search  Enter keep  Esc clear  ↑↓ select";

function keysHelp({ sort, showSecrets, changedOnly, details }: Ui): string {
  const next = sortOrders[(sortOrders.indexOf(sort) + 1) % sortOrders.length];
  return [
    "/ search",
    `Enter ${details ? "close" : "layers"}`,
    `s by ${next}`,
    `c ${changedOnly ? "all" : "changed"}`,
    `m ${showSecrets ? "mask" : "unmask"}`,
    "q quit",
  ].join("  ");
}

function tooSmall({ columns, rows, status }: WatchModel): readonly string[] {
  const need = `The view needs ${leastColumns} columns and ${leastRows} rows.`;
  const lines = [`configstream watch: ${status.state}`, need, "q quits."];
  return lines.slice(0, rows).map((line) => truncate(line, columns));
}
