import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { faultTable, type FaultRow } from '../../../src/engine/faults/faultTable';
import { faultAdvice, translateFaultHelp } from '../../../src/host/ui/faultAdvice';

const root = resolve(__dirname, '../../..');
const folder = join(root, 'docs/troubleshooting');
const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
const chinese = JSON.parse(readFileSync(join(root, 'l10n/bundle.l10n.zh-cn.json'), 'utf8')) as Record<string, string>;

const troubleshootingPages = [...new Set(Object.values(faultAdvice).map(({ page }) => page))];
const rows: readonly FaultRow[] = Object.values(faultTable);
const languages = {
  '.md': (english: string): string => english,
  '.zh-CN.md': (english: string): string => chinese[english] ?? assert.fail(english),
} as const;

/** Returns patterns for the messages of all failure cards that link to a page. Each placeholder of a message matches any text. */
function messagePatterns(page: string, translate: (english: string) => string): readonly RegExp[] {
  const rowsOfPage = rows.filter(({ kind }) => faultAdvice[kind].page === page);
  const sentences = rowsOfPage.flatMap(({ message, limit }) => [
    message,
    ...(limit?.messageWithTime === undefined ? [] : [limit.messageWithTime]),
  ]);
  return [...new Set(sentences)].map((sentence) => {
    const parts = translate(sentence).split(/\{\w+\}/);
    return new RegExp(`\\*${parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('[^*\\n]+')}\\*`);
  });
}

describe('help for faults', () => {
  it('exists for every fault kind in the fault table', () => {
    const kinds = new Set(rows.map(({ kind }) => kind));
    assert.deepEqual([...kinds].sort(), Object.keys(faultAdvice).sort());
  });

  it('does not call a fault permanent if the engine always retries the request', () => {
    for (const { kind, policy } of rows) {
      if (!faultAdvice[kind].isPermanent) continue;
      assert.ok(['never', 'repair', 'hint'].includes(policy.retry), `${kind} ${policy.retry}`);
    }
  });

  it('links to pages in the display language', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { repository: { url: string } };
    const repositoryUrl = manifest.repository.url.replace(/\.git$/, '');
    const untranslated = (english: string): string => english;
    const pages = `${repositoryUrl}/blob/main/docs/troubleshooting`;
    for (const [locale, href] of [
      ['en', `${pages}/rate-limit.md`],
      ['de', `${pages}/rate-limit.md`],
      ['zh-cn', `${pages}/rate-limit.zh-CN.md`],
      ['zh-tw', `${pages}/rate-limit.zh-CN.md`],
    ] as const) {
      assert.equal(translateFaultHelp(untranslated, locale)['rate-limit'].href, href);
    }
  });
});

describe('troubleshooting pages', () => {
  it('are exactly the pages to which the help links, plus an index', () => {
    const expectedFiles = ['README', ...troubleshootingPages].flatMap((page) =>
      Object.keys(languages).map((extension) => page + extension),
    );
    assert.deepEqual(readdirSync(folder).sort(), expectedFiles.sort());
  });

  for (const [extension, translate] of Object.entries(languages)) {
    for (const page of troubleshootingPages) {
      it(`contain the messages of all failure cards that link there: ${page}${extension}`, () => {
        const text = read(page + extension);
        for (const pattern of messagePatterns(page, translate)) assert.match(text, pattern);
      });
    }
  }
});
