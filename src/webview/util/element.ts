export type Child = Node | string;

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

export type ButtonLook = 'primary' | 'secondary' | 'quiet';

export function button(caption: string, look: ButtonLook, onClick: () => void): HTMLButtonElement {
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
interface Later<T> {
  get(): T;
  /** Absent: nobody has needed it. */
  readonly made: T | undefined;
}

export function later<T>(make: () => T): Later<T> {
  let made: T | undefined;
  return {
    get: () => (made ??= make()),
    get made() {
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
