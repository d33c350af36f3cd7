/** Aligned columns that fill a width. Pure. */
import { displayWidth, fitTo } from "./text.js";

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Columns that it takes at least. Default: those of the title. */
  readonly min?: number;
  /** Columns that it takes at most. Default: what its cells need. */
  readonly max?: number;
  /** Its share of the width that is left over, relative to the other columns. Default 0. */
  readonly grow?: number;
  /** Narrow tables leave the highest numbers out first. Default 0: never. */
  readonly dropOrder?: number;
}

export interface Layout {
  /** Widths by index of the column; 0: left out. */
  readonly widths: readonly number[];
}

const gap = 2;

/** Finds widths so that all fits in `width`. What is too long is cut from the widest of the columns that grow. */
export function layOut(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): Layout {
  const widths = columns.map((column, index) => {
    const needed = Math.max(displayWidth(column.title), ...rows.map((row) => displayWidth(row[index] ?? "", width)));
    return Math.max(column.min ?? displayWidth(column.title), Math.min(needed, column.max ?? needed));
  });
  const least = columns.map((column) => column.min ?? displayWidth(column.title));
  const byDropOrder = columns
    .map((column, index) => ({ index, order: column.dropOrder ?? 0 }))
    .filter(({ order }) => order > 0)
    .sort((a, b) => b.order - a.order);
  for (const { index } of byDropOrder) {
    if (total(least.map((min, at) => (widths[at] === 0 ? 0 : min))) <= width) break;
    widths[index] = 0;
  }
  spread(columns, widths, width);
  while (total(widths) > width && shrinkWidest(columns, widths, least));
  return { widths };
}

function spread(columns: readonly Column[], widths: number[], width: number): void {
  const shares = columns.reduce((sum, column, index) => sum + (widths[index] === 0 ? 0 : (column.grow ?? 0)), 0);
  const free = width - total(widths);
  if (free <= 0 || shares === 0) return;
  columns.forEach((column, index) => {
    if (widths[index] !== 0) widths[index] = (widths[index] ?? 0) + Math.floor((free * (column.grow ?? 0)) / shares);
  });
}

/** False: none can be made narrower. */
function shrinkWidest(columns: readonly Column[], widths: number[], least: readonly number[]): boolean {
  let widest = -1;
  columns.forEach((_column, index) => {
    const now = widths[index] ?? 0;
    if (now > (least[index] ?? 0) && now > (widths[widest] ?? 0)) widest = index;
  });
  if (widest < 0) return false;
  widths[widest] = (widths[widest] ?? 0) - 1;
  return true;
}

function total(widths: readonly number[]): number {
  const shown = widths.filter((width) => width > 0);
  return shown.reduce((sum, width) => sum + width, 0) + gap * Math.max(0, shown.length - 1);
}

/** One line of cells, each cut or filled to its width, then styled. */
export function tableLine(
  columns: readonly Column[],
  { widths }: Layout,
  cells: readonly string[],
  decorate: (text: string, index: number) => string = (text) => text,
): string {
  const parts: string[] = [];
  columns.forEach((column, index) => {
    const width = widths[index] ?? 0;
    if (width > 0) parts.push(decorate(fitTo(cells[index] ?? "", width, column.align), index));
  });
  return parts.join(" ".repeat(gap));
}

/** Columns that a line of the table takes. */
export function tableWidth({ widths }: Layout): number {
  return total(widths);
}
