import assert from 'node:assert/strict';
import { fenceLanguage } from '../../../src/host/code/fenceLanguages';

const languageIds =
  'plaintext bat c clojure cpp csharp css diff dockerfile fsharp go html java javascript javascriptreact json jsonc ' +
  'kotlin makefile markdown objective-c perl powershell python ruby rust shellscript sql typescript typescriptreact ' +
  'vb xml yaml Log';

describe('language of a new file', () => {
  for (const [infoString, id] of [
    ['ts', 'typescript'],
    ['TypeScript', 'typescript'],
    ['tsx', 'typescriptreact'],
    ['js', 'javascript'],
    ['mjs', 'javascript'],
    ['jsx', 'javascriptreact'],
    ['py', 'python'],
    ['python3', 'python'],
    ['sh', 'shellscript'],
    ['bash', 'shellscript'],
    ['zsh', 'shellscript'],
    ['ps1', 'powershell'],
    ['bat', 'bat'],
    ['cmd', 'bat'],
    ['yml', 'yaml'],
    ['md', 'markdown'],
    ['rs', 'rust'],
    ['golang', 'go'],
    ['c', 'c'],
    ['c++', 'cpp'],
    ['hpp', 'cpp'],
    ['cs', 'csharp'],
    ['c#', 'csharp'],
    ['f#', 'fsharp'],
    ['kt', 'kotlin'],
    ['rb', 'ruby'],
    ['dockerfile', 'dockerfile'],
    ['make', 'makefile'],
    ['json', 'json'],
    ['jsonc', 'jsonc'],
    ['html', 'html'],
    ['css', 'css'],
    ['svg', 'xml'],
    ['patch', 'diff'],
    ['postgresql', 'sql'],
    ['log', 'Log'],
    ['ts title="app.ts"', 'typescript'],
    ['ts:src/app.ts', 'typescript'],
    ['{.python .numberLines}', 'python'],
    ['rust,ignore', 'rust'],
    ['', 'plaintext'],
    ['text', 'plaintext'],
    ['brainfuck', 'plaintext'],
    ['constructor', 'plaintext'],
    ['tf', 'plaintext'],
  ] as const) {
    it(`is ${id} for a code block that starts with \`\`\`${infoString}`, () =>
      assert.equal(fenceLanguage(infoString, languageIds.split(' ')), id));
  }
});
