// Blocks of cells: copying, pasting and filling down, as lists of writes for the grid's `put`.

import { fromTsv, toTsv } from "./tsv.js";

// `isHidden`: whether a column is out of sight; what a person does not see is not copied.
export function copied({ top, left, bottom, right }, textAt, isHidden) {
  const rows = [];
  for (let row = top; row <= bottom; row += 1) {
    const line = [];
    for (let column = left; column <= right; column += 1) if (!isHidden(column)) line.push(textAt(row, column));
    rows.push(line);
  }
  return toTsv(rows);
}

// { writes, range, outside }: one value fills the selected range; a block spreads from the range's first cell. A blank
// within a block leaves its cell alone. `outside`: cells that found no place.
export function pasted(text, movement, sheet) {
  const rows = fromTsv(text);
  const { range } = movement;
  if (rows.length === 1 && rows[0].length === 1 && movement.isRange) {
    return { writes: movement.places().map((place) => ({ ...place, text: rows[0][0] })), range, outside: 0 };
  }
  const single = rows.length === 1 && rows[0].length === 1;
  const columns = sheet.columnsFrom(range.left);
  const writes = [];
  let outside = 0;
  rows.forEach((line, down) => {
    line.forEach((value, across) => {
      const [row, column] = [range.top + down, columns[across]];
      if (value.trim() === "" && !single) return;
      if (row <= sheet.lastRow && sheet.isScore(row, column)) writes.push({ row, column, text: value });
      else outside += 1;
    });
  });
  const widest = Math.max(...rows.map((line) => line.length));
  return {
    writes,
    outside,
    range: {
      top: range.top,
      left: range.left,
      bottom: Math.min(sheet.lastRow, range.top + rows.length - 1),
      right: Math.min(Math.max(range.left, sheet.lastColumn - 1), columns[widest - 1] ?? sheet.lastColumn),
    },
  };
}

// The first line of the range into the others; of a single cell, the cell above into it.
export function filledDown({ range, isRange }, textAt) {
  const { top, bottom, left, right } = range;
  const from = isRange && bottom > top ? top : top - 1;
  const writes = [];
  if (from < 1) return writes;
  for (let row = from + 1; row <= bottom; row += 1) {
    for (let column = left; column <= right; column += 1) writes.push({ row, column, text: textAt(from, column) });
  }
  return writes;
}
