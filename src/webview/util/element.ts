type Child = Node | string;

/**
 * A new element. Attributes are set by name, so `role`, `class`, `aria-*` and `data-*` read as they do in HTML;
 * `style` is not among them: the content security policy forbids the attribute.
 */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const created = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) created.setAttribute(name, value);
  created.append(...children);
  return created;
}

export type ButtonStyle = 'primary' | 'secondary' | 'quiet';

export function button(caption: string, look: ButtonStyle, onClick: () => void): HTMLButtonElement {
  const created = element('button', { type: 'button', class: `button ${look}` }, caption);
  created.addEventListener('click', onClick);
  return created;
}

/** A closed disclosure. */
export function disclosure(caption: string, className: string, ...children: readonly Child[]): HTMLDetailsElement {
  return element('details', { class: className }, element('summary', {}, caption), ...children);
}

/** Touches the DOM only when there is something to change. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/** Something that is made when it is first needed: most turns of a long conversation are not looked at. */
interface Lazy<T> {
  get(): T;
  /** Absent: nobody has needed it. */
  readonly value: T | undefined;
}

export function later<T>(make: () => T): Lazy<T> {
  let made: T | undefined;
  return {
    get: () => (made ??= make()),
    get value() {
      return made;
    },
  };
}

/** A new SVG element. Attributes only: the content security policy forbids `style`. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | number>> = {},
  ...children: readonly (Node | string)[]
): SVGElementTagNameMap[K] {
  const created = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) created.setAttribute(name, String(value));
  created.append(...children);
  return created;
}

/** Outlines on a 16 × 16 grid. */
const outlines = {
  edit: 'M10.5 3l2.5 2.5L6 12.5l-3.2.7.7-3.2zM9 4.5L11.5 7',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  previous: 'M10 3.5L5.5 8l4.5 4.5',
  next: 'M6 3.5L10.5 8 6 12.5',
  down: 'M8 2.5v11M3.5 9L8 13.5 12.5 9',
  attach: 'M12.5 7.5L7.7 12.3a2.9 2.9 0 0 1-4.1-4.1L9 2.8a2 2 0 0 1 2.8 2.8L6.6 10.8a1 1 0 0 1-1.4-1.4L9.5 5',
  remove: 'M4 4l8 8M12 4l-8 8',
} as const;

type Icon = keyof typeof outlines;

/** A quiet button that shows a picture and is named by its caption. */
export function iconButton(caption: string, icon: Icon, onClick: () => void): HTMLButtonElement {
  const created = button('', 'quiet', onClick);
  created.classList.add('icon-button');
  created.setAttribute('aria-label', caption);
  created.title = caption;
  created.append(svg('svg', { viewBox: '0 0 16 16', 'aria-hidden': 'true' }, svg('path', { d: outlines[icon] })));
  return created;
}
