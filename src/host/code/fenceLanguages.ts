import { infoStringLanguage } from '../../shared/protocol';

/**
 * Names that models write after the opening fence of a code block, keyed by VS Code's language ID. Only names that
 * differ from the ID are listed.
 */
const aliases: Readonly<Record<string, string>> = {
  asm: 'assembly',
  bat: 'batch cmd',
  c: 'h',
  clojure: 'clj',
  coffeescript: 'coffee',
  cpp: 'c++ cc cxx hpp',
  csharp: 'c# cs',
  diff: 'patch',
  dockercompose: 'docker-compose',
  dockerfile: 'docker',
  elixir: 'ex exs',
  erlang: 'erl',
  fsharp: 'f# fs',
  go: 'golang',
  graphql: 'gql',
  handlebars: 'hbs',
  haskell: 'hs',
  html: 'htm xhtml',
  jade: 'pug',
  javascript: 'cjs js mjs node',
  javascriptreact: 'jsx',
  jsonc: 'json5',
  julia: 'jl',
  kotlin: 'kt kts',
  latex: 'tex',
  lisp: 'elisp',
  makefile: 'make mk',
  markdown: 'md',
  'objective-c': 'obj-c objc objectivec',
  'objective-cpp': 'objective-c++',
  perl: 'pl',
  plaintext: 'plain text txt',
  powershell: 'ps1 psm1 pwsh',
  python: 'gyp py py3 python3',
  restructuredtext: 'rst',
  ruby: 'rb',
  rust: 'rs',
  shellscript: 'bash console sh shell zsh',
  sql: 'mysql postgres postgresql psql sqlite',
  terraform: 'tf',
  typescript: 'cts mts ts',
  typescriptreact: 'tsx',
  vb: 'vbnet visual-basic',
  xml: 'svg xsd',
  xsl: 'xslt',
  yaml: 'yml',
};

const idByName = new Map(
  Object.entries(aliases).flatMap(([id, names]) => names.split(' ').map((name) => [name, id] as const)),
);

/**
 * Returns VS Code's language ID for the language name after an opening fence, or `plaintext` if VS Code doesn't support
 * the language.
 * @param languageIds the IDs of all languages that this installation of VS Code supports
 */
export function fenceLanguage(infoString: string, languageIds: readonly string[]): string {
  const name = infoStringLanguage(infoString);
  const id = idByName.get(name) ?? name;
  return languageIds.includes(id)
    ? id
    : (languageIds.find((candidate) => candidate.toLowerCase() === name) ?? 'plaintext');
}
