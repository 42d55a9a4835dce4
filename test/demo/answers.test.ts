import assert from 'node:assert/strict';
import { Script as Program } from 'node:vm';
import { streamLikeRecorded } from '../../src/demo/answers/demoAnswer';
import { chinese, english, topics } from '../../src/demo/answers/demoTexts';
import { sentChoice } from './sentChoice';

const fence = /^```(\w+)\n([^]*?)\n```$/gm;

/** Returns the Markdown structure of a text. */
const structureOf = (text: string): object => ({
  levels: [...text.matchAll(/^(#+) /gm)].map(([, marks]) => marks),
  code: [...text.matchAll(fence)].map(([, language]) => language),
  rows: [...text.matchAll(/^\|.*\|$/gm)].map(([row]) => row.split('|').length),
  items: [...text.matchAll(/^(-|\d+\.) /gm)].map(([, mark]) => mark),
  paragraphs: text.split(/\n\n/).length,
});

describe('answer texts of the offline demo', () => {
  for (const topic of topics) {
    const texts = { english: english[topic], chinese: chinese[topic] };

    it(`have the same structure in both languages: ${topic}`, () => {
      assert.deepEqual(structureOf(texts.chinese), structureOf(texts.english));
    });

    it(`contain JavaScript that compiles: ${topic}`, () => {
      for (const text of Object.values(texts)) {
        for (const [, language, code] of text.matchAll(fence)) if (language === 'js') new Program(code!);
      }
    });

    it(`are streamed in short deltas without losing text: ${topic}`, () => {
      for (const text of Object.values(texts)) {
        const deltas = [...streamLikeRecorded(text, 'content')].flatMap(
          (step) => sentChoice(step)?.delta.content ?? [],
        );
        assert.equal(deltas.join(''), text);
        assert.ok(deltas.every((delta) => delta.trim().length <= 7));
      }
    });
  }

  it('contain headings, lists, tables, quotes and code', () => {
    const allText = Object.values(english).join('\n\n');
    for (const pattern of [/^# /m, /^## /m, /^- /m, /^1\. /m, /^\| --- /m, /^```js$/m, /^> /m])
      assert.match(allText, pattern);
  });

  it('contain a retry loop that waits as long as the text says', async () => {
    const code = [...english.overview.matchAll(fence)][0]![2]!;
    const waits: number[] = [];
    const replies = [
      new Response('', { status: 503 }),
      new Response('', { status: 429, headers: { 'retry-after': '5' } }),
      new Response('done'),
    ];
    const run = new Program(`(Math, setTimeout) => { ${code}; return withRetries; }`).runInThisContext() as (
      math: object,
      timeout: (wake: () => void, ms: number) => void,
    ) => (send: () => Promise<Response>) => Promise<Response>;
    const math = { random: () => 0.5, min: Math.min.bind(Math), max: Math.max.bind(Math) };
    const withRetries = run(math, (wake, ms) => {
      waits.push(ms);
      wake();
    });
    const reply = await withRetries(() => Promise.resolve(replies.shift()!));
    assert.equal(await reply.text(), 'done');
    assert.deepEqual(waits, [500, 5000]);
    await assert.rejects(
      withRetries(() => Promise.resolve(new Response('', { status: 402 }))),
      /status 402/,
    );
  });
});
