// Cells on the clipboard: tab-separated lines, as spreadsheets write and read them.

// Rows of cells. A quoted cell may hold tabs, newlines and doubled quotes; a newline at the end is no further row.
export function fromTsv(text) {
  const rows = [[]];
  let cell = "";
  let at = 0;
  const source = text.replace(/\r\n?/g, "\n");
  const endCell = () => {
    rows.at(-1).push(cell);
    cell = "";
  };
  while (at < source.length) {
    const letter = source[at];
    if (letter === '"' && cell === "" && closes(source, at)) {
      const end = closing(source, at);
      cell = source.slice(at + 1, end).replaceAll('""', '"');
      at = end + 1;
      continue;
    }
    if (letter === "\t") endCell();
    else if (letter === "\n") {
      endCell();
      if (at + 1 < source.length) rows.push([]);
      else return rows;
    } else cell += letter;
    at += 1;
  }
  endCell();
  return rows;
}

function closing(source, open) {
  let at = open + 1;
  while (at < source.length) {
    if (source[at] === '"') {
      if (source[at + 1] !== '"') return at;
      at += 1;
    }
    at += 1;
  }
  return -1;
}

function closes(source, open) {
  const end = closing(source, open);
  return end > 0 && (end + 1 === source.length || "\t\n".includes(source[end + 1]));
}

export function toTsv(rows) {
  const quoted = (text) => (/["\t\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => row.map(quoted).join("\t")).join("\n");
}
