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
    ['js', 'javascript'],
    ['py', 'python'],
    ['sh', 'shellscript'],
    ['ps1', 'powershell'],
    ['cmd', 'bat'],
    ['yml', 'yaml'],
    ['c++', 'cpp'],
    ['c#', 'csharp'],
    ['make', 'makefile'],
    ['svg', 'xml'],
    ['postgresql', 'sql'],
    ['log', 'Log'],
    ['ts title="app.ts"', 'typescript'],
    ['ts:src/app.ts', 'typescript'],
    ['{.python .numberLines}', 'python'],
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
