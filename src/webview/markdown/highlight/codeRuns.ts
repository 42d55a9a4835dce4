import { createLowlight } from 'lowlight';
import { kindOf, type CodeKind } from './codeKinds';
import { aliases, languages } from './languages';

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
