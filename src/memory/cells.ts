/** Where cells are: that of each slot, and the two that belong to none. */
import { CELLS_PER_CHUNK, FIRST_SLOT_CELL, header } from "./layout.js";
import type { Region } from "./region.js";

/** Number of the cell of a slot. */
export function cellOfSlot(slotIndex: number): number {
  return slotIndex + FIRST_SLOT_CELL;
}

/**
 * Word index of a cell, within this thread's view. Asked anew in every slow path, since the cells move once in a great
 * while, and to memory that another thread may have grown.
 */
export function cellAt(region: Region, cell: number): number {
  const at = region.load(header.cellChunkAt + Math.floor(cell / CELLS_PER_CHUNK)) + (cell % CELLS_PER_CHUNK);
  region.covers(at * 4, 4);
  return at;
}
