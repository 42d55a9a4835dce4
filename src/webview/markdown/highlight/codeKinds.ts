/** What can be told apart in code; each has a class and a colour in the style sheet. */
export type CodeKind =
  'keyword' | 'string' | 'number' | 'comment' | 'function' | 'type' | 'name' | 'added' | 'removed' | 'plain';

/** By the scopes of highlight.js; one that is not here looks like what it is in. */
const KINDS: Readonly<Record<string, CodeKind>> = {
  ...{ keyword: 'keyword', name: 'keyword', section: 'keyword', doctag: 'keyword', meta: 'keyword' },
  ...{ 'selector-tag': 'keyword', 'selector-pseudo': 'keyword', bullet: 'keyword' },
  ...{ string: 'string', regexp: 'string', char: 'string', link: 'string', code: 'string' },
  ...{ number: 'number', literal: 'number', symbol: 'number' },
  ...{ comment: 'comment', quote: 'comment' },
  ...{ title: 'function', 'selector-id': 'function', 'selector-class': 'function' },
  ...{ type: 'type', built_in: 'type', class: 'type' },
  ...{ attr: 'name', attribute: 'name', property: 'name', variable: 'name' },
  ...{ 'template-variable': 'name', 'selector-attr': 'name', params: 'plain', subst: 'plain' },
  ...{ addition: 'added', deletion: 'removed' },
};

const PREFIX = 'hljs-';

/** @param classes of an element of the highlighter, such as `hljs-title class_`. */
export function kindOf(classes: unknown, outer: CodeKind | undefined): CodeKind | undefined {
  const [first = '', second] = Array.isArray(classes) ? classes.map(String) : [];
  if (second === 'class_') return 'type';
  const scope = first.startsWith(PREFIX) ? first.slice(PREFIX.length) : '';
  const kind = Object.hasOwn(KINDS, scope) ? KINDS[scope] : outer;
  return kind === 'plain' ? undefined : kind;
}
