import assert from 'node:assert/strict';
import { JSDOM } from 'jsdom';
import { panelTitle } from '../../../src/host/ui/panelText';
import { webviewHtml } from '../../../src/host/ui/webviewPage';

const htmlInjection = `"><script>alert('1')</script>&amp;<b a="`;
const page = new JSDOM(
  webviewHtml(
    {
      nonce: 'n0nce',
      cspSource: 'https://csp.example',
      scriptUri: 'https://csp.example/dist/webview.js?a=1&b="2"',
      styleUris: ['https://csp.example/media/markdown.css', 'https://csp.example/media/panel.css'],
      locale: 'zh-cn',
    },
    { strings: htmlInjection },
    ['worker-src blob:'],
  ),
);

describe('webview page', () => {
  const { document } = page.window;

  it('passes data to its script without interpreting HTML in the data', () => {
    assert.equal(document.body.dataset['strings'], JSON.stringify(htmlInjection));
    assert.equal(document.documentElement.lang, 'zh-cn');
    assert.equal(document.querySelectorAll('script').length, 1);
    assert.equal(document.querySelectorAll('b').length, 0);
    assert.ok(document.querySelector('#root'));
  });

  it('loads its style sheets and a single script with a nonce', () => {
    const script = document.querySelector('script');
    assert.equal(script?.getAttribute('src'), 'https://csp.example/dist/webview.js?a=1&b="2"');
    assert.equal(script.getAttribute('nonce'), 'n0nce');
    assert.equal(script.textContent, '');
    const links = [...document.querySelectorAll('link')].map((link) => link.getAttribute('href'));
    assert.deepEqual(links, ['https://csp.example/media/markdown.css', 'https://csp.example/media/panel.css']);
  });

  it('forbids all resources that its content security policy does not list', () => {
    const policy = document.querySelector('meta[http-equiv="Content-Security-Policy"]')?.getAttribute('content');
    assert.equal(
      policy,
      "default-src 'none'; script-src 'nonce-n0nce'; style-src https://csp.example; img-src https://csp.example; font-src 'none'; worker-src blob:; base-uri 'none'; form-action 'none'",
    );
  });
});

describe('tab title of a conversation', () => {
  for (const [prompt, title] of [
    ['Why?', 'Why?'],
    ['  one\n\n two\tthree ', 'one two three'],
    ['x'.repeat(40), 'x'.repeat(40)],
    ['x'.repeat(41), `${'x'.repeat(39)}…`],
    ['𝄞'.repeat(41), `${'𝄞'.repeat(39)}…`],
    ['pay\u200bpal \u202egnp.exe\u001b[2J', 'paypal gnp.exe [2J'],
  ] as const) {
    it(`is ${JSON.stringify(title)} for the prompt ${JSON.stringify(prompt)}`, () =>
      assert.equal(panelTitle(prompt), title));
  }
});
