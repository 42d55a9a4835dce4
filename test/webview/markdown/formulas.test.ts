import assert from 'node:assert/strict';
import { tests } from 'commonmark-spec';
import { texToTree } from '../../../src/webview/markdown/math/texToTree';
import { Typesetter } from '../../../src/webview/markdown/math/typesetter';
import { Answer, renderAtOnce, serialize } from './streamingHarness';

const loaded = async (): Promise<Typesetter> => {
  const typesetter = new Typesetter(() => Promise.resolve(texToTree));
  const answer = new Answer({ typesetter });
  answer.show('$x$.');
  await new Promise(setImmediate);
  return typesetter;
};

/** Returns the text of an answer in which formulas are not recognized. */
function plainTextOf(text: string): string {
  return renderAtOnce(text).textContent;
}

describe('formulas in an answer', () => {
  let typesetter: Typesetter;
  before(async () => {
    typesetter = await loaded();
  });

  const render = (...pieces: readonly string[]): Answer => {
    const answer = new Answer({ typesetter });
    for (const piece of pieces) answer.show(piece);
    answer.finish();
    return answer;
  };
  /** Returns the sources of the typeset formulas. */
  const formulasIn = (text: string): readonly string[] =>
    [...render(text).root.querySelectorAll('.math-source')].map(({ textContent }) => textContent);
  /** Returns the text of an answer without typeset formulas. */
  const textOf = (text: string): string => {
    const { root } = render(text);
    for (const math of root.querySelectorAll('math')) math.remove();
    return root.textContent;
  };

  for (const [text, ...formulas] of [
    ['Let $x^2$ and $y$.', '$x^2$', '$y$'],
    ['Let \\(x^2\\) and \\(y\\).', '\\(x^2\\)', '\\(y\\)'],
    ['Then $$x$$ follows.', '$$x$$'],
    ['Then \\[x\\] follows.', '\\[x\\]'],
    ['$a\\$b$', '$a\\$b$'],
    ['It costs $5, and $x$ is $+$ or $-$.', '$x$', '$+$', '$-$'],
    ['Set $HOME, then $$x$$.', '$$x$$'],
    ['$\\frac{\\cancelto{1}{x}}{\\ce{H2O}}$ in $\\pu{m/s}$', '$\\frac{\\cancelto{1}{x}}{\\ce{H2O}}$', '$\\pu{m/s}$'],
    ['- $x$\n\n  $$\n  y\n  $$', '$x$', '$$\ny\n$$'],
    ['| a |\n|---|\n| $x$ |', '$x$'],
    ['**bold $x$**', '$x$'],
    ['Text:\n$$\na\n- b\n= c\n$$\nand more', '$$\na\n- b\n= c\n$$'],
    ['\\[\n\\frac{a}{b}\n\\]', '\\[\n\\frac{a}{b}\n\\]'],
    ['\\[ \\begin{aligned}\na &= b\n\\end{aligned} \\]', '\\[ \\begin{aligned}\na &= b\n\\end{aligned} \\]'],
  ] as const) {
    it(`are typeset: ${JSON.stringify(text)}`, () => assert.deepEqual(formulasIn(text), formulas));
  }

  for (const text of [
    'It costs $5 and $10.',
    'Between $5-$10.',
    'US$5 and US$6',
    '$ x$ and $x $',
    '$5 or $x y',
    '`$x$` and `\\(x\\)`',
    'Set $HOME or `$PATH`.',
    '```\n$x$\n```',
    '    $$\n    x\n    $$',
    '\\$x\\$',
    '\\(\\) \\[\\] $$$$',
    '$$$$',
    '\\[\\]',
    '\\[ ] open\n- item',
    '$$\n$$',
    '\\[\n\\]',
    'Meals cost $, $$ or $$$.',
    '![price $x$](https://a.example/b.png)',
    'Only $x',
    '$\\foo$',
  ]) {
    it(`stay text: ${JSON.stringify(text)}`, () => {
      assert.deepEqual(formulasIn(text), []);
      assert.equal(textOf(text), plainTextOf(text));
    });
  }

  it('are not typeset across a blank line', () => assert.deepEqual(formulasIn('$$\nx\n\ny\n$$'), []));

  for (const [name, tex] of [
    ['nested ten thousand deep', `${'{'.repeat(10_000)}x${'}'.repeat(10_000)}`],
    ['with square roots nested a thousand deep', `${'\\sqrt{'.repeat(500)}x${'}'.repeat(500)}`],
    ['of 100,000 characters', 'x+'.repeat(50_000)],
    ['with a link', '\\href{https://a.example}{x}'],
    ['with an image', '\\includegraphics{https://a.example/a.png}'],
    ['with a class', '\\class{a}{x}'],
    ['with macros that expand to millions of letters', `\\def\\a{${'x'.repeat(2000)}}${'\\a'.repeat(900)}`],
    ['with nested commands that double their argument', `${'\\mathllap{'.repeat(40)}x${'}'.repeat(40)}`],
    ['with nested chemical formulas', `${'\\ce{^{'.repeat(30)}x${'}_2A}'.repeat(30)}`],
    ['with a unit of a thousand fractions', `\\pu{${'m/'.repeat(1000)}s}`],
    ['with an endless macro', '\\def\\a{\\a}\\a'],
    ['that is wrong', '\\frac{a}'],
  ] as const) {
    it(`stay text ${name}`, () => {
      const text = `$$\n${tex}\n$$`;
      assert.deepEqual(formulasIn(text), []);
      assert.equal(textOf(text).trim(), text);
    });
  }

  it('consist only of MathML elements, without styles and event handlers', () => {
    const { root } = render(
      '$$\\color{red}\\boxed{x} \\cancel{y} \\begin{matrix}a & b\\end{matrix} \\text{<b onclick=x>}$$',
    );
    const math = root.querySelector('math') ?? assert.fail('no formula');
    const names = new Set<string>();
    for (const each of math.querySelectorAll('*')) {
      assert.equal(each.namespaceURI, 'http://www.w3.org/1998/Math/MathML');
      for (const name of each.getAttributeNames()) names.add(name);
    }
    assert.deepEqual(
      [...names].filter((name) => name === 'style' || name.startsWith('on') || name === 'href'),
      [],
    );
    assert.match(math.textContent, /<b\sonclick=x>/);
  });

  it('have classes for the lines of boxes and arrays and for the paddings of aligned equations', () => {
    const { root } = render(
      '$\\boxed{x}$ $\\begin{array}{c|c}a & b\\\\ \\hline c & d\\end{array}$ $\\begin{aligned}a &= b\\end{aligned}$',
    );
    const classes = new Set([...root.querySelectorAll('math [class]')].flatMap((each) => [...each.classList]));
    for (const name of ['tml-border', 'tml-borderRight', 'tml-borderBottom', 'tml-paddingLeft-0'])
      assert.ok(classes.has(name), `${name} in ${[...classes].join(' ')}`);
  });

  it('stay text until their end has arrived', () => {
    const answer = new Answer({ typesetter });
    answer.show('Let $x^2');
    assert.equal(answer.root.textContent, 'Let $x^2');
    answer.show('$ be.');
    assert.equal(answer.root.querySelector('.math-source')?.textContent, '$x^2$');
  });

  for (const [text, ...rest] of [
    ['It costs $5-$', '10 or $6/$', '7.'],
    ['Then $$x$', '$ follows.'],
  ] as const) {
    it(`do not appear for a moment if the text arrives as ${JSON.stringify([text, ...rest])}`, () => {
      const answer = new Answer({ typesetter });
      for (const piece of [text, ...rest]) {
        assert.deepEqual([...answer.root.querySelectorAll('.math-source')], []);
        answer.show(piece);
      }
    });
  }

  it('keep their elements while text after them arrives', () => {
    const answer = new Answer({ typesetter });
    answer.show('Let $x$');
    answer.show(' be');
    const math = answer.root.querySelector('math');
    answer.show(' a number, and $y$ *another*.\n\nNext');
    answer.finish();
    assert.equal(answer.root.querySelector('math'), math);
  });

  it('are typeset in all answers as soon as the converter is loaded', async () => {
    let load: (convert: typeof texToTree) => void = () => assert.fail();
    const loading = new Typesetter(() => new Promise((resolve) => (load = resolve)));
    const [finished, open] = [new Answer({ typesetter: loading }), new Answer({ typesetter: loading })];
    finished.show('# One\n\nIs $x$ *text*?');
    finished.finish();
    open.show('Then $y$ and `more');
    assert.equal(finished.root.querySelector('math'), null);
    load(texToTree);
    await new Promise(setImmediate);
    open.show('`.');
    open.finish();
    assert.equal(serialize(finished.root), serialize(render('# One\n\nIs $x$ *text*?').root));
    assert.equal(serialize(open.root), serialize(render('Then $y$ and `more`.').root));
  });

  it('are the same whether an answer arrives in single characters or at once', () => {
    for (const text of [
      'Text:\n$$\na\n- b\n\n= c\n$$\nand $x$ more\n\n$$y$$ inline\n\n$$\nz\n$$\n\nend',
      '1. \\[\n   x\n   \\]\n2. $5 and $x$\n\\[ y\nw \\]\ntail',
      '> $$\n> x\n> $$\n\n| $a$ | b |\n|---|---|\n| \\(c\\) | $$d$$ |',
    ]) {
      assert.equal(serialize(render(...text.split('')).root), serialize(render(text).root), JSON.stringify(text));
    }
  });

  it('change no example of the CommonMark specification', () => {
    for (const { number, markdown } of tests) {
      const plain = new Answer();
      plain.show(markdown);
      plain.finish();
      assert.equal(serialize(render(markdown).root), serialize(plain.root), `example ${number}`);
    }
  });
});
