/** Where cells are: that of each slot, and the two that belong to none. */
import { CELLS_PER_CHUNK, FIRST_SLOT_CELL, header, STAMP_NEVER } from "./layout.js";
import type { Region } from "./region.js";

/** Number of the cell of a slot. */
export function cellOfSlot(slotIndex: number): number {
  return slotIndex + FIRST_SLOT_CELL;
}

/** How many chunks the cells of so many slots take. */
export function cellChunksOf(slots: number): number {
  // The first cells belong to no slot, so that there is always one.
  return Math.floor(cellOfSlot(slots - 1) / CELLS_PER_CHUNK) + 1;
}

/** Where a cell seems to be that lies in no memory: no view has such a word. */
const NOWHERE = -1;

/**
 * Word index of a cell, within this thread's view. Computed again in every slow path, because the cells move once in a great
 * while, and to memory that another thread may have grown. -1 when it lies in no memory: the header has been overwritten.
 */
export function cellAt(region: Region, cell: number): number {
  const at = region.load(header.cellChunkAt + Math.floor(cell / CELLS_PER_CHUNK)) + (cell % CELLS_PER_CHUNK);
  return region.covers(at * 4, 4) ? at : NOWHERE;
}

/** What a cell holds; of one that lies in no memory, as after noise, what no cell ever holds. */
export function cellStamp(region: Region, cell: number): number {
  const at = cellAt(region, cell);
  return at === NOWHERE ? STAMP_NEVER : region.load(at);
}
