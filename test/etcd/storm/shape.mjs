// What a transaction of the storm writes.

export const prefix = "/fleet/test/";
/** Groups of 1 to 50 keys; a transaction gives all keys of one group the same number. */
export const sizes = [1, 2, 3, 5, 8, 13, 21, 34, 50];
export const keyOf = (group, at) => `g${group}.k${at}`;
export const keysOf = (group) => Array.from({ length: sizes[group] }, (_unused, at) => keyOf(group, at));
/** Besides, each transaction writes its number where none writes for so many: what is skipped is missing for long. */
export const marks = 200;
export const markOf = (number) => `mark.m${number % marks}`;
/** The number of the newest transaction; by its slash it belongs to no layer. */
export const counter = ".storm/counter";
