/** Renders one element per block and skips blocks whose source is unchanged. */
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
