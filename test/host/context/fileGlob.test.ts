import assert from 'node:assert/strict';
import { excludedPatterns, fileGlob } from '../../../src/host/context/workspaceFiles';
import { useVSCode } from '../../support/fakeVSCode';

describe('The pattern for files', () => {
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
    it(`is ${glob} for “${query}”`, () => assert.equal(fileGlob(query), glob));
  }
});

describe('Patterns that are excluded', () => {
  it('are those that are on and can stand in a group', () => {
    const setting = {
      '**/node_modules': true,
      '**/.git': true,
      '**/out': false,
      '**/*.js': { when: '$(basename).ts' },
      '**/*.{a,b}': true,
    };
    assert.deepEqual(excludedPatterns(setting), ['**/node_modules', '**/.git']);
  });

  it('are none in a setting that is no object', () => {
    for (const setting of [undefined, null, 'x']) assert.deepEqual(excludedPatterns(setting), []);
  });
});

describe('A file', () => {
  useVSCode({});
  const rows: readonly (readonly [what: string, bytes: readonly number[], binary: boolean])[] = [
    ['that is empty is text', [], false],
    ['of letters is text', [0x61, 0x0a, 0xe4, 0xb8, 0xad], false],
    ['with a zero byte is binary', [0x61, 0, 0x62], true],
    ['of UTF-16 is text, low byte first', [0xff, 0xfe, 0x61, 0], false],
    ['of UTF-16 is text, high byte first', [0xfe, 0xff, 0, 0x61], false],
    ['with half a mark is binary', [0xff, 0x61, 0], true],
  ];
  for (const [what, bytes, binary] of rows) {
    it(what, async () => {
      const { looksBinary } = await import('../../../src/host/context/readContext');
      assert.equal(looksBinary(Uint8Array.from(bytes)), binary);
    });
  }
});
