import assert from 'node:assert/strict';
import { useVSCode } from '../../support/fakeVSCode';

describe('The pattern for files', () => {
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
    it(`is ${glob} for “${query}”`, async () => {
      const { fileGlob } = await import('../../../src/host/context/workspaceFiles');
      assert.equal(fileGlob(query), glob);
    });
  }
});

describe('Patterns that are excluded', () => {
  useVSCode({});
  it('are those that are on and can stand in a group', async () => {
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

  it('are none in a setting that is no object', async () => {
    const { excludedPatterns } = await import('../../../src/host/context/workspaceFiles');
    for (const setting of [undefined, null, 'x']) assert.deepEqual(excludedPatterns(setting), []);
  });
});
