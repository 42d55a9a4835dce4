/** Appends plain text with one element per line, the minimum work of any renderer. */
export function textNodes(root, sectionLength) {
  root.style.whiteSpace = 'pre-wrap';
  let section;
  let line;
  let length = Infinity;
  const begin = () => {
    if (length >= sectionLength) {
      section = root.appendChild(document.createElement('div'));
      section.style.contain = Number.isFinite(sectionLength) ? 'content' : 'none';
      length = 0;
    }
    line = section.appendChild(document.createElement('div'));
  };
  begin();
  return {
    take(piece) {
      for (const [index, part] of piece.split('\n').entries()) {
        if (index > 0) begin();
        if (part !== '') line.append(part);
      }
      length += piece.length;
    },
  };
}
