import assert from 'node:assert/strict';
import MarkdownIt, { type StateBlock } from 'markdown-it';
import { createParser } from '../../../src/webview/markdown/blocks';
import { Answer, renderAtOnce, renderInPieces, serialize } from './streamingHarness';

const ALLOWED_ELEMENTS = new Set(
  'p h1 h2 h3 h4 h5 h6 ul ol li blockquote hr table thead tbody tr th td pre code em strong s a br div span button svg path'.split(
    ' ',
  ),
);

const ALLOWED_ATTRIBUTES =
  /^(?:class|role|href|title|start|tabindex|type|d|viewBox|aria-hidden|aria-label|aria-pressed|dir|data-(?:language|open|checked|action|short))$/;

const FORBIDDEN_URLS: readonly string[] = [
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'java&#x0A;script:alert(1)',
  '&#106;avascript:alert(1)',
  ' javascript:alert(1)',
  'vbscript:x',
  'data:text/html,<script>alert(1)</script>',
  'data:image/png;base64,AAAA',
  'command:workbench.action.terminal.new',
  'vscode://file/etc/passwd',
  'vscode-resource:/etc/passwd',
  'file:///etc/passwd',
  'ftp://a.example/',
  'command:https://a.example/',
  'xhttps://a.example/',
  '//a.example/',
  '/etc/passwd',
  'https:a.example',
  'https:///a.example',
  '#top',
];

const documents: readonly string[] = [
  '<script>alert(1)</script>\n',
  '<img src=x onerror=alert(1)>\n\ntext <img src=x onerror=alert(1)>\n',
  '<a href="javascript:alert(1)" style="position:fixed">x</a>',
  '<svg onload=alert(1)><iframe src="https://a.example"></iframe></svg>',
  '<style>*{display:none}</style>',
  '<!-- x --><?php x ?><![CDATA[x]]>',
  '![x](https://track.example/p.png)![y](data:image/png;base64,AAAA)![z][r]\n\n[r]: https://track.example/q.png\n',
  '```"><img src=x onerror=alert(1)>\ncode\n```\n',
  '```js" onmouseover="alert(1)\ncode\n```\n',
  '| a |\n|:-:|\n| <b onclick=x> |\n',
  '[x](https://a.example "\\" onmouseover=\\"alert(1)")',
  '[__proto__]: https://a.example/\n[constructor]\n\n[__proto__] [toString] [hasOwnProperty]\n',
  ...FORBIDDEN_URLS.map(
    (url) => `[label](${url}) [label](<${url}>) <${url}> ![label](${url}) [label][r]\n\n[r]: ${url}\n`,
  ),
];

describe('Markdown renderer with hostile input', () => {
  for (const text of documents) {
    it(`creates only allowed elements and attributes for ${JSON.stringify(text.slice(0, 60))}`, () => {
      for (const root of [renderAtOnce(text), renderInPieces(text.split(''))]) {
        for (const element of root.querySelectorAll('*')) {
          assert.ok(ALLOWED_ELEMENTS.has(element.localName), element.localName);
          for (const { name } of element.attributes) assert.match(name, ALLOWED_ATTRIBUTES);
        }
      }
    });
  }

  for (const url of FORBIDDEN_URLS) {
    it(`shows only the label of a forbidden link to ${url}`, () => {
      for (const text of [`a [label](<${url}>)`, `a ![label](<${url}>)`, `a [label]\n\n[label]: <${url}>\n`]) {
        const root = renderAtOnce(text);
        assert.equal(root.querySelector('a'), null, text);
        if (!/\n|script>/.test(url)) assert.equal(root.textContent, 'a label');
      }
    });
  }

  for (const url of ['https://a.example/', 'http://a.example', 'HTTPS://a.example/?b#c', 'mailto:a@b.example']) {
    it(`creates a link to ${url}`, () => {
      const link = renderAtOnce(`[label](${url})`).querySelector('a');
      assert.equal(link?.getAttribute('href'), url);
      assert.equal(link.textContent, 'label');
    });
  }

  it('shows the address of a link before its title in the tooltip', () => {
    for (const text of [
      '[bank](https://evil.example/ "https://bank.example/")',
      '![bank](https://evil.example/ "https://bank.example/")',
      '[bank][b]\n\n[b]: https://evil.example/ "https://bank.example/"\n',
    ]) {
      const link = renderAtOnce(text).querySelector('a');
      assert.equal(link?.title, 'https://evil.example/ (https://bank.example/)');
    }
  });

  it('removes line breaks and invisible characters from the title of a link', () => {
    const title = `a\nb\u202ec\u2066d&#x202e;&#8295;\u200be&#10;f${'x'.repeat(1000)}`;
    const link = renderAtOnce(`[label](https://a.example/ "${title}")`).querySelector('a');
    assert.equal(link?.title, `https://a.example/ (a bcde f${'x'.repeat(191)}…)`);
    assert.equal(renderAtOnce('[label](https://a.example/ "\u202e")').querySelector('a')?.title, 'https://a.example/');
  });

  it('percent-encodes invisible characters in the text of a link if the text is an address', () => {
    for (const text of ['<https://a.example/\u202egpj.exe>', 'https://a.example/\u202egpj.exe']) {
      const link = renderAtOnce(text).querySelector('a');
      assert.equal(link?.textContent, 'https://a.example/%E2%80%AEgpj.exe');
      assert.equal(link.title, 'https://a.example/%E2%80%AEgpj.exe');
    }
    assert.equal(renderAtOnce('https://a.example/füße').querySelector('a')?.textContent, 'https://a.example/füße');
  });

  const deep: readonly [string, string][] = [
    ['nested quotes', `${'>'.repeat(10_000)} end`],
    ['nested quotes with spaces', `${'> '.repeat(10_000)}end`],
    ['nested brackets', `${'['.repeat(10_000)}end${']'.repeat(10_000)}`],
    ['nested links', `${'['.repeat(3_000)}end${'](https://a.b)'.repeat(3_000)}`],
    ['nested images', `${'!['.repeat(3_000)}end${'](https://a.b)'.repeat(3_000)}`],
    ['nested emphasis marks', `${'*a '.repeat(10_000)}end${'a* '.repeat(10_000)}`],
    ['nested strong emphasis marks', `${'**'.repeat(10_000)}end${'**'.repeat(10_000)}`],
    ['nested lists', `${'- '.repeat(10_000)}end`],
    ['nested numbered lists', `${'1. '.repeat(5_000)}end`],
    ['backticks', [...Array(400).keys()].map((count) => '`'.repeat(count)).join(' ') + 'end'],
    ['incomplete entities', `${'&#'.repeat(10_000)}end`],
    ['nested strikethrough marks', `${'~~a '.repeat(10_000)}end`],
  ];
  for (const [name, text] of deep) {
    it(`limits the depth of the elements and keeps the text for thousands of ${name}`, () => {
      const root = renderAtOnce(`${text}\n\nafter\n`);
      assert.ok(root.textContent.includes('end'));
      assert.equal(root.lastElementChild?.lastElementChild?.textContent, 'after');
      assert.ok(findDepth(root) < 200, `depth ${findDepth(root)}`);
    });
  }

  it('renders deeply nested Markdown the same whether it arrives in pieces or at once', () => {
    const text = `${'> - '.repeat(120)}a\n> b\n\n${'*a '.repeat(80)}b${' a*'.repeat(80)}\n`;
    assert.equal(serialize(renderInPieces(text.match(/[^]{1,50}/g) ?? [])), serialize(renderAtOnce(text)));
  });
});

/** Units whose repetition creates one endless block, or markup that is never closed. */
const endless: readonly { readonly name: string; readonly start?: string; readonly unit: string }[] = [
  { name: 'blank lines', unit: '\n' },
  { name: 'list items', unit: '- item *x*\n' },
  { name: 'empty list items', unit: '- \n' },
  { name: 'table rows', start: 'a | b\n-|-\n', unit: 'c | `d`\n' },
  { name: 'lines of code', start: '```\n', unit: 'let a = `b`;\n' },
  { name: 'lines that look like a closing fence', start: '```\n', unit: '``\n' },
  { name: 'quoted lines', unit: '> text\n' },
  { name: 'sentences', unit: 'Some **words** of [it](https://a.example/). ' },
  { name: 'letters', unit: 'x' },
  ...['![', '[', '*a ', '`a ', '](', '[a][ x ', '<a ', '&', '_a ', '~~a ', 'x+/9', '{"a":[1]},', '[a\n', 'http://'].map(
    (unit) => ({ name: JSON.stringify(unit), unit }),
  ),
  ...['- ', '> ', '# ', '| a |\n|---|\n| '].map((start) => ({
    name: `"![" after ${JSON.stringify(start)}`,
    start,
    unit: '![',
  })),
];

describe('parser of an answer that is one long block', function () {
  this.timeout(60_000);

  for (const { name, start = '', unit } of endless) {
    const textOf = (length: number): string => start + unit.repeat(Math.ceil(length / unit.length));

    it(`reads each character only a few times if the answer consists of ${name}`, () => {
      // If each of these 125 pieces were parsed with all text before it, each character would be parsed 62 times.
      const streamed = countParsed(() => stream(textOf(16_000), 128));
      assert.ok(streamed.blocks < 16 * 16_000, `${streamed.blocks} characters`);
      assert.ok(streamed.inlines < 6 * 16_000, `${streamed.inlines} characters of inline content`);
      const opened = countParsed(() => renderAtOnce(textOf(16_000)));
      assert.ok(Math.max(opened.blocks, opened.inlines) < 4 * 16_000, `${opened.blocks} characters when opened`);
      assert.ok(Math.max(streamed.longestInline, opened.longestInline) <= 4000);
    });
  }

  it('does not read a hundred thousand blank lines again and again', () => {
    for (const start of ['', 'a', '```\n', '- a']) {
      const parsed = countParsed(() => renderAtOnce(`${start}${'\n'.repeat(100_000)}`));
      assert.ok(parsed.blocks < 6 * 100_000, `${parsed.blocks} characters after ${JSON.stringify(start)}`);
    }
  });

  it('does not read a paragraph again for each link definition that arrives', () => {
    const numbers = [...Array(2000).keys()];
    const paragraph = numbers.map((number) => `[x${number}]`).join(' ');
    const text = `${paragraph}\n\n${numbers.map((number) => `[x${number}]: http://a/${number}\n\n`).join('')}`;
    for (const render of [() => stream(text, 40), () => renderAtOnce(text)]) {
      let links = 0;
      const parsed = countParsed(() => (links = render().querySelectorAll('a').length));
      assert.equal(links, numbers.length);
      assert.ok(parsed.inlines < 6 * text.length, `${parsed.inlines} of ${text.length} characters`);
    }
  });

  it('renders the bold text, code and links of a long paragraph', () => {
    const sentence = 'Some words of **it**, `more` of it (see [x](https://x.example/)) and *so* on. ';
    const root = stream(sentence.repeat(500), 900);
    const counts = ['strong', 'code', 'a', 'em'].map((tag) => root.querySelectorAll(tag).length);
    assert.deepEqual(counts, [500, 500, 500, 500]);
  });

  it('keeps all text of a long paragraph with an unclosed `**`', () => {
    const text = `**Bold** text with an open **marker ${'and some more words '.repeat(500)}**Bold**`;
    const root = renderAtOnce(text);
    assert.equal(root.querySelectorAll('strong').length, 2);
    assert.equal(root.textContent, text.replaceAll('**Bold**', 'Bold'));
  });
});

function stream(text: string, size: number): HTMLElement {
  return new Answer().stream(text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []).root;
}

/** Counts the characters that are parsed for blocks and for inline markup while `render` runs. */
function countParsed(render: () => void) {
  const counts = { blocks: 0, inlines: 0, longestInline: 0 };
  const stopCounting = [
    observe(Object.getPrototypeOf(createParser().block) as object, 'tokenize', (state) => {
      const { level, src } = state as StateBlock;
      if (level === 0) counts.blocks += src.length;
    }),
    observe(MarkdownIt.prototype, 'parseInline', (content) => {
      counts.inlines += String(content).length;
      counts.longestInline = Math.max(counts.longestInline, String(content).length);
    }),
  ];
  render();
  for (const stop of stopCounting) stop();
  return counts;
}

/** Calls `onCall` with the first argument of each call of a method. Unlike a mock, it keeps no calls in memory. */
function observe(target: object, name: string, onCall: (argument: unknown) => void): () => void {
  const original = Reflect.get(target, name) as (...args: unknown[]) => unknown;
  Reflect.set(target, name, function (this: unknown, ...args: unknown[]) {
    onCall(args[0]);
    return original.apply(this, args);
  });
  return () => void Reflect.set(target, name, original);
}

function findDepth(root: Element): number {
  let maxDepth = 0;
  for (const leaf of root.querySelectorAll(':not(:has(*))')) {
    let depth = 0;
    for (let parent = leaf.parentElement; parent && parent !== root; parent = parent.parentElement) depth++;
    maxDepth = Math.max(maxDepth, depth);
  }
  return maxDepth;
}
