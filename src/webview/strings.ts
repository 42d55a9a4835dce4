import type { PanelStrings } from '../protocol';

export type { PanelStrings };

const placeholder = /\{(\d+)\}/g;

/** Fills `{0}`, `{1}` …; a placeholder without an argument stays as it is. */
export function fill(template: string, ...values: readonly string[]): string {
  return template.replace(placeholder, (whole, index: string) => values[Number(index)] ?? whole);
}

/** The same with elements in place of texts: word order is the language's, so the parts can't be joined by hand. */
export function fillNodes(template: string, ...nodes: readonly Node[]): (Node | string)[] {
  const parts = template.split(placeholder);
  return parts.map((part, index) => (index % 2 === 0 ? part : (nodes[Number(part)] ?? `{${part}}`)));
}
