import assert from 'node:assert/strict';
import { useVSCode } from '../../support/fakeVSCode';

describe('file search glob', () => {
  useVSCode({});
  for (const [query, glob] of [
    ['', '**/*'],
    ['ab', '**/*[aA][bB]*'],
    ['a-1.ts', '**/*[aA]-1.[tT][sS]*'],
    ['src/a', '**/*[sS][rR][cC]*/*[aA]*'],
    ['src\\a', '**/*[sS][rR][cC]*/*[aA]*'],
    ['src/', '**/*[sS][rR][cC]*/*'],
    ['[a]{*}', '**/*?[aA]????*'],
    ['提示', '**/*提示*'],
  ] as const) {
    it(`is ${glob} for the query “${query}”`, async () => {
      const { fileGlob } = await import('../../../src/host/context/workspaceFiles');
      assert.equal(fileGlob(query), glob);
    });
  }
});

describe('patterns of files that the file search excludes', () => {
  useVSCode({});
  it("omit disabled patterns, and patterns that can't be joined into one glob", async () => {
    const { excludedPatterns } = await import('../../../src/host/context/workspaceFiles');
    const setting = {
      '**/node_modules': true,
      '**/.git': true,
      '**/out': false,
      '**/*.js': { when: '$(basename).ts' },
      '**/*.{a,b}': true,
    };
    assert.deepEqual(excludedPatterns(setting), ['**/node_modules', '**/.git']);
  });

  it('are empty when the setting is not an object', async () => {
    const { excludedPatterns } = await import('../../../src/host/context/workspaceFiles');
    for (const setting of [undefined, null, 'x']) assert.deepEqual(excludedPatterns(setting), []);
  });
});
