import { createLowlight } from 'lowlight';
import { aliases, languages } from './highlightLanguages';

/** A piece of code that looks the same throughout; no kind: as plain code. */
export interface CodeRun {
  readonly text: string;
  readonly kind: CodeKind | undefined;
}

type Root = ReturnType<ReturnType<typeof createLowlight>['highlight']>;
type Child = Root['children'][number];

const lowlight = createLowlight(languages);
lowlight.registerAlias(Object.fromEntries(Object.entries(aliases).map(([name, names]) => [name, [...names]])));

/** The code in order and in full; undefined for a language nothing is known of. */
export function codeRuns(language: string, code: string): readonly CodeRun[] | undefined {
  if (!lowlight.registered(language)) return undefined;
  return runsOf(lowlight.highlight(language, code));
}

/** Flat, whatever is nested in what: how deep is the model's to choose, and a colour doesn't show it. */
function runsOf(root: Root): readonly CodeRun[] {
  const runs: CodeRun[] = [];
  const open: [Child, CodeKind | undefined][] = [...root.children].reverse().map((child) => [child, undefined]);
  for (let next = open.pop(); next; next = open.pop()) {
    const [node, kind] = next;
    if (node.type === 'text') {
      push(runs, node.value, kind);
    } else if (node.type === 'element') {
      const inner = kindOf(node.properties.className, kind);
      for (const child of [...node.children].reverse()) open.push([child, inner]);
    }
  }
  return runs;
}

function push(runs: CodeRun[], text: string, kind: CodeKind | undefined): void {
  const last = runs.at(-1);
  if (last?.kind === kind && last) runs[runs.length - 1] = { text: last.text + text, kind };
  else runs.push({ text, kind });
}

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
