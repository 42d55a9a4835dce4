import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const titlesIn = (file: string): ReadonlySet<string> => {
  const texts = JSON.parse(readFileSync(join(root, file), 'utf8')) as Readonly<Record<string, string>>;
  return new Set(Object.entries(texts).flatMap(([key, text]) => (key.startsWith('command.') ? [text] : [])));
};
const [english, chinese] = [titlesIn('package.nls.json'), titlesIn('package.nls.zh-cn.json')];
const documents = [
  ...['README.md', 'README.zh-CN.md', 'package.nls.json', 'package.nls.zh-cn.json'],
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

describe('command names in the documentation', () => {
  for (const document of documents) {
    it(`match the command palette in ${document}`, () => {
      const text = readFileSync(join(root, document), 'utf8');
      const names = [...text.matchAll(/\*\*HolySheep:\s+([^*]+)\*\*/g)].map(([, name = '']) =>
        name.replace(/\s+/g, ' '),
      );
      const titles = document.includes('zh-') ? chinese : english;
      assert.deepEqual(
        names.filter((name) => !titles.has(name)),
        [],
      );
    });
  }
});
