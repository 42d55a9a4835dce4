/** An element a block; one whose source is what it was is not rendered again. */
export function blockElements(root, render) {
  const shown = [];
  return (sources) => {
    for (const [index, source] of sources.entries()) {
      const block = (shown[index] ??= { element: root.appendChild(document.createElement('div')) });
      if (block.source === source) continue;
      block.source = source;
      block.element.innerHTML = render(source);
    }
    for (const { element } of shown.splice(sources.length)) element.remove();
  };
}
