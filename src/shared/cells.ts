/** Where a slot's cell is. The cell of slot `i` is cell `i + 1`; cell 0 stands for every key that does not exist. */
import { CELLS_PER_CHUNK, header } from "./layout.js";
import type { Region } from "./region.js";

/** Number of the cell of a slot. */
export function cellOfSlot(slotIndex: number): number {
  return slotIndex + 1;
}

/** Word index of a cell. Asked anew in every slow path, since the cells move once in a great while. */
export function cellAt(region: Region, cell: number): number {
  return region.load(header.cellChunkAt + Math.floor(cell / CELLS_PER_CHUNK)) + (cell % CELLS_PER_CHUNK);
}
