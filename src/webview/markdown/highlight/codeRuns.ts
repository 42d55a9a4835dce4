import type { LanguageFn } from 'highlight.js';
import bash from 'highlight.js/lib/languages/bash';
import cpp from 'highlight.js/lib/languages/cpp';
import csharp from 'highlight.js/lib/languages/csharp';
import diff from 'highlight.js/lib/languages/diff';
import dockerfile from 'highlight.js/lib/languages/dockerfile';
import go from 'highlight.js/lib/languages/go';
import graphql from 'highlight.js/lib/languages/graphql';
import ini from 'highlight.js/lib/languages/ini';
import java from 'highlight.js/lib/languages/java';
import json from 'highlight.js/lib/languages/json';
import kotlin from 'highlight.js/lib/languages/kotlin';
import makefile from 'highlight.js/lib/languages/makefile';
import markdown from 'highlight.js/lib/languages/markdown';
import php from 'highlight.js/lib/languages/php';
import python from 'highlight.js/lib/languages/python';
import ruby from 'highlight.js/lib/languages/ruby';
import rust from 'highlight.js/lib/languages/rust';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';
import { createLowlight } from 'lowlight';

/**
 * Short grammar for CSS. Like the SQL grammar below, it replaces a grammar of highlight.js that is larger than the
 * whole Markdown renderer.
 */
const css: LanguageFn = (hljs) => ({
  name: 'CSS',
  aliases: ['scss', 'less', 'sass'],
  contains: [
    hljs.C_BLOCK_COMMENT_MODE,
    { className: 'comment', begin: /(?:^|[\s;{}])\/\//, end: /$/ },
    hljs.QUOTE_STRING_MODE,
    hljs.APOS_STRING_MODE,
    { className: 'keyword', begin: /@[a-z-]+|!important/ },
    { className: 'variable', begin: /--[\w-]+|\$[\w-]+/ },
    { className: 'number', begin: /#[0-9a-f]{3,8}\b(?=[^{]*;)|\b\d+(?:\.\d+)?(?:%|[a-z]+)?/i },
    { className: 'selector-class', begin: /[.#][a-z_][\w-]*/i },
    { className: 'attribute', begin: /\b[a-z-]+(?=\s*:\s)/ },
    { className: 'keyword', begin: /::?[a-z-]+(?=[^;]*\{)/ },
    { className: 'built_in', begin: /\b[a-z-]+(?=\()/ },
  ],
});

const SQL_KEYWORDS =
  'add all alter and as asc begin between by cascade case check column commit constraint create cross database default ' +
  'delete desc distinct drop else end except exists explain foreign from full function grant group having if in index ' +
  'inner insert intersect into is join key lateral left like limit not null offset on or order outer over partition ' +
  'primary procedure references returning revoke right rollback select set table then to transaction trigger truncate ' +
  'union unique update using values view when where window with';

const SQL_TYPES =
  'bigint blob boolean char date datetime decimal double float int integer interval json jsonb numeric real serial ' +
  'smallint text time timestamp uuid varchar';

const sql: LanguageFn = (hljs) => ({
  name: 'SQL',
  case_insensitive: true,
  keywords: { keyword: SQL_KEYWORDS, type: SQL_TYPES, literal: 'true false unknown' },
  contains: [
    hljs.C_BLOCK_COMMENT_MODE,
    hljs.COMMENT('--', '$'),
    hljs.C_NUMBER_MODE,
    { className: 'string', begin: /'/, end: /'/, contains: [{ begin: /''/ }] },
    { className: 'variable', begin: /"[^"\n]*"|`[^`\n]*`|[@:$]\w+/ },
    { className: 'built_in', begin: /\b(?!in\b|values\b|key\b|over\b)[a-z_]+(?=\()/ },
  ],
});

/**
 * Grammars of the languages that models write most often. Each grammar has its own aliases, such as `ts`, `py` and
 * `html`.
 */
const languages = {
  typescript,
  cpp,
  csharp,
  java,
  kotlin,
  go,
  rust,
  python,
  ruby,
  php,
  bash,
  dockerfile,
  makefile,
  css,
  sql,
  graphql,
  json,
  yaml,
  ini,
  xml,
  markdown,
  diff,
};

/**
 * Additional language names for each grammar. Some names belong to other languages that look similar enough to share
 * the grammar.
 */
const aliases = {
  bash: ['shell', 'shellscript', 'shellsession', 'shell-session', 'console', 'ksh', 'fish'],
  cpp: ['c', 'h', 'cuda', 'arduino', 'objectivec', 'objc'],
  ini: ['properties', 'env', 'dotenv', 'conf'],
  java: ['groovy', 'gradle', 'scala'],
  json: ['jsonl', 'geojson'],
  sql: ['mysql', 'postgresql', 'sqlite'],
  typescript: ['javascript', 'js', 'jsx', 'mjs', 'cjs', 'node', 'javascriptreact', 'typescriptreact'],
  xml: ['vue', 'svelte'],
} satisfies Readonly<Partial<Record<keyof typeof languages, readonly string[]>>>;

export interface CodeRequest {
  readonly language: string;
  readonly code: string;
}

/** Piece of code in one color. A piece without a token type has the default color of code. */
export interface CodeRun {
  readonly text: string;
  readonly kind: CodeKind | undefined;
}

type Root = ReturnType<ReturnType<typeof createLowlight>['highlight']>;
type Child = Root['children'][number];

const lowlight = createLowlight(languages);
lowlight.registerAlias(aliases);

export function findCodeRuns(language: string, code: string): readonly CodeRun[] | undefined {
  if (!lowlight.registered(language)) return undefined;
  return flattenRuns(lowlight.highlight(language, code));
}

/**
 * Flattens a highlighted tree into colored runs. The function is not recursive, because the model decides how deep the
 * tree is nested, and deep recursion would overflow the stack.
 */
function flattenRuns(root: Root): readonly CodeRun[] {
  const runs: CodeRun[] = [];
  const stack: [Child, CodeKind | undefined][] = [...root.children].reverse().map((child) => [child, undefined]);
  for (let next = stack.pop(); next; next = stack.pop()) {
    const [node, kind] = next;
    if (node.type === 'text') {
      appendRun(runs, node.value, kind);
    } else if (node.type === 'element') {
      const childKind = findKind(node.properties.className, kind);
      for (const child of [...node.children].reverse()) stack.push([child, childKind]);
    }
  }
  return runs;
}

function appendRun(runs: CodeRun[], text: string, kind: CodeKind | undefined): void {
  const last = runs.at(-1);
  if (last?.kind === kind && last) runs[runs.length - 1] = { text: last.text + text, kind };
  else runs.push({ text, kind });
}

type CodeKind = keyof typeof SCOPES;

/**
 * Token types, each with the scopes of highlight.js that are shown in its color. A scope that is not listed has the
 * color of the scope around it.
 */
const SCOPES = {
  keyword: 'keyword name section doctag meta selector-tag selector-pseudo bullet',
  string: 'string regexp char link code',
  number: 'number literal symbol',
  comment: 'comment quote',
  function: 'title selector-id selector-class',
  type: 'type built_in class',
  name: 'attr attribute property variable template-variable selector-attr',
  plain: 'params subst',
  added: 'addition',
  removed: 'deletion',
};

const kindByClass: ReadonlyMap<string, CodeKind> = new Map(
  Object.entries(SCOPES).flatMap(([kind, scopes]) =>
    scopes.split(' ').map((scope) => [`hljs-${scope}`, kind as CodeKind] as const),
  ),
);

/** @param classes the classes of a highlighted element, such as `hljs-title class_` */
function findKind(classes: unknown, parentKind: CodeKind | undefined): CodeKind | undefined {
  const [first = '', second] = Array.isArray(classes) ? classes.map(String) : [];
  if (second === 'class_') return 'type';
  const kind = kindByClass.get(first) ?? parentKind;
  return kind === 'plain' ? undefined : kind;
}
