import * as icons from './icons';

export type Icon = keyof typeof icons;

type Attributes = Readonly<Record<string, string | number>>;
/** Child of an element. An optional child that is missing can be `undefined` or `false`. */
type Child = Node | string | undefined | false;
/** Attributes, if any, and then the children of an element. */
type Parts = readonly (Attributes | Child)[];

/**
 * Creates an HTML element. It can't have the attribute `style`, which the content security policy forbids.
 * @param selector tag and class names, as in CSS: `p.note`
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  selector: Tag | `${Tag}.${string}`,
  ...parts: Parts
): HTMLElementTagNameMap[Tag] {
  const [tag, ...classNames] = selector.split('.');
  return addParts(document.createElement(tag as Tag), classNames, parts);
}

/** Creates an SVG element. It can't have the attribute `style`, which the content security policy forbids. */
export function svg<Tag extends keyof SVGElementTagNameMap>(
  selector: Tag | `${Tag}.${string}`,
  ...parts: Parts
): SVGElementTagNameMap[Tag] {
  const [tag, ...classNames] = selector.split('.');
  return addParts(document.createElementNS('http://www.w3.org/2000/svg', tag as Tag), classNames, parts);
}

function addParts<Added extends Element>(target: Added, classNames: readonly string[], parts: Parts): Added {
  target.classList.add(...classNames);
  for (const part of parts) {
    if (typeof part === 'object' && !(part instanceof window.Node))
      for (const [name, value] of Object.entries(part)) target.setAttribute(name, String(value));
    else if (part) target.append(part);
  }
  return target;
}

type ButtonStyle = 'primary' | 'secondary' | 'quiet';

/**
 * @param style class name of the button's style; further class names can follow after a space
 * @param onClick can be left out for a button that opens a menu
 */
export function button(
  content: Child | readonly Child[],
  style: ButtonStyle | `${ButtonStyle} ${string}`,
  onClick?: (event: MouseEvent) => void,
): HTMLButtonElement {
  const newButton = element('button', { type: 'button', class: `button ${style}` }, ...[content].flat());
  if (onClick) newButton.addEventListener('click', onClick);
  return newButton;
}

export function disclosure(caption: Child, className: string, ...children: readonly Child[]): HTMLDetailsElement {
  const summary = element('summary', caption, svgIcon('chevronRight'));
  return element(`details.${className}`, summary, ...children);
}

/** Returns the closest element that matches a selector, starting at the target of an event. */
export function closestElement(target: EventTarget | null, selector: string): HTMLElement | null {
  return target !== null && 'closest' in target ? (target as Element).closest<HTMLElement>(selector) : null;
}

/**
 * Returns whether an input method handles the key. In WebKit, the composition ends before the key event, so only the
 * deprecated `keyCode` 229 identifies the key.
 */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || Reflect.get(event, 'keyCode') === 229;
}

/**
 * Scrolls `scroller` until an element starts at its top. `scrollIntoView` would also scroll the frame around the page
 * by a few pixels.
 */
export function scrollToStart(scroller: HTMLElement, target: HTMLElement): void {
  const padding = parseFloat(window.getComputedStyle(scroller).scrollPaddingTop) || 0;
  scroller.scrollTop += target.getBoundingClientRect().top - scroller.getBoundingClientRect().top - padding;
}

/** Time for which a copy button shows a check mark after a click, in milliseconds. */
const copiedMs = 1500;

/** Shows the check mark of a copy button for a moment. The check mark is the second icon of the button. */
export function markCopied(copyButton: Element): void {
  copyButton.setAttribute('data-copied', '');
  setTimeout(() => copyButton.removeAttribute('data-copied'), copiedMs);
}

/** Sets the text of an element. The DOM is not changed if the element already has this text. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/** Replaces the placeholders `{0}`, `{1}` … of a template with nodes. Returns the texts and nodes in order. */
export function fillNodes(template: string, ...nodes: readonly Node[]): (Node | string)[] {
  const parts = template.split(/\{(\d+)\}/);
  return parts.map((part, index) => (index % 2 === 0 ? part : (nodes[Number(part)] ?? `{${part}}`)));
}

/**
 * Creates the SVG patterns of charts. The style sheet refers to a pattern by its id. The path in the pattern has this
 * id as its class.
 * @param size width and height of a pattern, in pixels
 */
export function svgPatterns(size: number, paths: Readonly<Record<string, string>>): SVGSVGElement {
  const patterns = Object.entries(paths).map(([id, d]) =>
    svg('pattern', { id, width: size, height: size, patternUnits: 'userSpaceOnUse' }, svg(`path.${id}`, { d })),
  );
  return svg('svg.chart-patterns', { width: 0, height: 0, 'aria-hidden': 'true' }, ...patterns);
}

/** Formats a fraction as a percentage, for an attribute of an SVG element. */
export function percent(fraction: number): string {
  return `${Math.round(fraction * 10_000) / 100}%`;
}

/** Returns the attributes of a decorative SVG icon. The grid is 16 by 16 for most icons. */
export function iconAttributes(icon: Icon) {
  const viewBox = / viewBox="([^"]+)"/.exec(icons[icon])?.[1] ?? '';
  return { class: 'icon', viewBox, 'aria-hidden': 'true' };
}

/** Returns the path data of an SVG icon. */
export function iconPath(icon: Icon): string {
  return [...icons[icon].matchAll(/ d="([^"]+)"/g)].map(([, path]) => path).join('');
}

/** Creates an icon that screen readers skip. */
export function svgIcon(icon: Icon): SVGSVGElement {
  return svg('svg', iconAttributes(icon), svg('path', { d: iconPath(icon) }));
}

/**
 * Creates a button in the `quiet` style that shows an icon. The caption is the accessible name and the tooltip of the
 * button.
 */
export function iconButton(caption: string, icon: Icon, onClick?: (event: MouseEvent) => void): HTMLButtonElement {
  const newButton = button([svgIcon(icon)], 'quiet icon-button', onClick);
  newButton.setAttribute('aria-label', caption);
  newButton.title = caption;
  return newButton;
}
