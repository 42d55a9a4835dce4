import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { faultTable, localFaults, type FaultRow } from '../../../src/engine/faults/faultTable';
import {
  faultAdvice,
  troubleshootingPages,
  type TroubleshootingPage,
  translateFaultHelp,
  repositoryUrl,
} from '../../../src/host/panel/faultAdvice';
const root = resolve(__dirname, '../../..');
const folder = join(root, 'docs/troubleshooting');
const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
const chinese = JSON.parse(readFileSync(join(root, 'l10n/bundle.l10n.zh-cn.json'), 'utf8')) as Record<string, string>;

const rows: readonly FaultRow[] = Object.values({ ...faultTable, ...localFaults });
const languages = {
  '.md': (english: string): string => english,
  '.zh-CN.md': (english: string): string => chinese[english] ?? assert.fail(english),
} as const;

/** Sentences of cards, as patterns: each placeholder stands for something. */
function sentencesOf(page: TroubleshootingPage, translate: (english: string) => string): readonly RegExp[] {
  const ofPage = rows.filter(({ kind }) => kind !== undefined && faultAdvice[kind].page === page);
  const sentences = ofPage.flatMap(({ message, timed }) => [message, ...(timed === undefined ? [] : [timed])]);
  return [...new Set(sentences)].map((sentence) => {
    const parts = translate(sentence).split(/\{\w+\}/);
    return new RegExp(`\\*${parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('[^*\\n]+')}\\*`);
  });
}

describe('the help for faults', () => {
  it('is there for every kind of the fault table', () => {
    const kinds = new Set(rows.flatMap(({ kind }) => kind ?? []));
    assert.deepEqual([...kinds].sort(), Object.keys(faultAdvice).sort());
  });

  it('says that it was not tried again only of kinds that are not, but for a hint', () => {
    for (const { kind, policy } of rows) {
      if (kind === undefined || !faultAdvice[kind].isPermanent) continue;
      assert.ok(['never', 'repair', 'hint'].includes(policy.retry), `${kind} ${policy.retry}`);
    }
  });

  it('links to the page in the language of the display, in the repository of the manifest', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { repository: { url: string } };
    assert.equal(`${repositoryUrl}.git`, manifest.repository.url);
    const said = (english: string): string => english;
    const pages = `${repositoryUrl}/blob/main/docs/troubleshooting`;
    for (const [locale, href] of [
      ['en', `${pages}/rate-limit.md`],
      ['de', `${pages}/rate-limit.md`],
      ['zh-cn', `${pages}/rate-limit.zh-CN.md`],
      ['zh-tw', `${pages}/rate-limit.zh-CN.md`],
    ] as const) {
      assert.equal(translateFaultHelp(said, locale)['rate-limit'].href, href);
    }
  });
});

describe('the troubleshooting pages', () => {
  it('are those that the help links to, and an index', () => {
    const named = ['README', ...troubleshootingPages].flatMap((page) =>
      Object.keys(languages).map((end) => page + end),
    );
    assert.deepEqual(readdirSync(folder).sort(), named.sort());
    const linked = new Set(Object.values(faultAdvice).map(({ page }) => page));
    assert.deepEqual([...linked].sort(), [...troubleshootingPages].sort());
  });

  for (const [ending, translate] of Object.entries(languages)) {
    it(`are all in the index: README${ending}`, () => {
      const index = read(`README${ending}`);
      for (const page of troubleshootingPages) assert.ok(index.includes(`](${page}${ending})`), page);
    });

    for (const page of troubleshootingPages) {
      it(`have the words of all their cards: ${page}${ending}`, () => {
        const text = read(page + ending);
        for (const sentence of sentencesOf(page, translate)) assert.match(text, sentence);
      });
    }
  }

  it('link to files that are there', () => {
    for (const file of readdirSync(folder)) {
      for (const [, link = ''] of read(file).matchAll(/\]\((?!https?:)([^)#]+)/g)) {
        assert.ok(existsSync(join(folder, dirname(file), link)), `${file}: ${link}`);
      }
    }
  });
});
