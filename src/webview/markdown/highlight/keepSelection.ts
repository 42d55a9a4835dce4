interface Place {
  readonly node: Node;
  readonly offset: number;
}

/** Lets `change` make other nodes of the same text in `element`, with the same of it selected before and after. */
export function keepSelection(element: Element, change: () => void): void {
  const selection = element.ownerDocument.getSelection();
  const { anchorNode, focusNode } = selection ?? {};
  if (!selection || !anchorNode || !focusNode || !(element.contains(anchorNode) || element.contains(focusNode))) {
    change();
    return;
  }
  const anchor = remember(element, { node: anchorNode, offset: selection.anchorOffset });
  const focus = remember(element, { node: focusNode, offset: selection.focusOffset });
  change();
  const [start, end] = [anchor(), focus()];
  selection.setBaseAndExtent(start.node, start.offset, end.node, end.offset);
}

/** @returns what finds the place again: one in `element` by the text before it. */
function remember(element: Element, place: Place): () => Place {
  if (!element.contains(place.node)) return () => place;
  const range = element.ownerDocument.createRange();
  range.setStart(element, 0);
  range.setEnd(place.node, place.offset);
  const { length } = range.toString();
  return () => placeAt(element, length);
}

function placeAt(element: Element, length: number): Place {
  const texts = element.ownerDocument.createTreeWalker(element, 4);
  let left = length;
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const size = node.nodeValue?.length ?? 0;
    if (left <= size) return { node, offset: left };
    left -= size;
  }
  return { node: element, offset: element.childNodes.length };
}
