import { element } from '../util/element';

/**
 * Returns the text of an answer without Markdown, as it is visible on screen. The browser leaves out the marks of list
 * items, so they are added as text to a copy of the answer.
 */
export function readPlainText(answer: HTMLElement): string {
  const copy = answer.cloneNode(true) as HTMLElement;
  const items = [...copy.querySelectorAll('li')];
  for (const item of items) {
    const depth = items.filter((outer) => outer.contains(item)).length - 1;
    const mark = element('span.list-mark', '  '.repeat(depth) + listMark(item));
    (item.querySelector(':scope > p:first-child') ?? item).prepend(mark);
  }
  // Formulas consist of their source, as in copied text.
  copy.toggleAttribute('data-copying', true);
  // Code ends with a line break, which would add a blank line.
  for (const code of copy.querySelectorAll('pre > code')) code.textContent = code.textContent.trimEnd();
  // The browser adds a blank line only beside a paragraph, even if the paragraph is empty.
  for (const block of copy.querySelectorAll('.md-section > *')) block.after(element('p'));
  // The browser computes the visible text only for elements in the document.
  answer.after(copy);
  const text = copy.innerText.trim();
  copy.remove();
  return text;
}

function listMark(item: HTMLLIElement): string {
  const list = item.closest<HTMLOListElement>('ol, ul');
  if (list?.tagName === 'OL') return `${list.start + [...list.children].indexOf(item)}. `;
  const { checked } = item.dataset;
  if (checked === undefined) return '- ';
  return checked === 'true' ? '- [x] ' : '- [ ] ';
}
