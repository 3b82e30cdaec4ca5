// Reads and writes cells as tab-separated text, which spreadsheets copy to the clipboard. Lines end in \r\n. A cell
// with a tab, a quote or a line break is in quotes.

// Returns the cells of a text, row by row.
export function readTsv(text) {
  if (!text.includes('"')) {
    const lines = text.split(/\r\n?|\n/);
    if (!lines.at(-1)) lines.pop();
    return lines.map((line) => line.split("\t"));
  }
  const rows = [[]];
  let cell = "";
  let isQuoted = false;
  const endCell = () => {
    rows.at(-1).push(cell);
    cell = "";
  };
  for (let place = 0; place < text.length; place++) {
    const character = text[place];
    if (isQuoted) {
      if (character !== '"') cell += character;
      else if (text[place + 1] === '"') cell += text[++place];
      else isQuoted = false;
    } else if (character === '"' && cell === "" && isClosed(text, place)) {
      isQuoted = true;
    } else if (character === "\t") {
      endCell();
    } else if (character === "\n" || (character === "\r" && text[place + 1] !== "\n")) {
      endCell();
      rows.push([]);
    } else if (character !== "\r") {
      cell += character;
    }
  }
  if (cell !== "" || rows.at(-1).length) endCell();
  else rows.pop();
  return rows;
}

export function writeTsv(rows) {
  return rows.map((row) => row.map(quoted).join("\t")).join("\r\n");
}

function quoted(text) {
  return /[\t\r\n]/.test(text) || text.startsWith('"') ? `"${text.replaceAll('"', '""')}"` : text;
}

// Whether the quote at the start of a cell has a closing quote, directly before a tab, a line break or the end of the
// text. If not, the quote is an ordinary character of the text.
function isClosed(text, start) {
  for (let place = start + 1; place < text.length; place++) {
    if (text[place] !== '"') continue;
    if (text[place + 1] === '"') place++;
    else return place + 1 === text.length || /[\t\r\n]/.test(text[place + 1]);
  }
  return false;
}
