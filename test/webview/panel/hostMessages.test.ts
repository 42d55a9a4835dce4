import assert from 'node:assert/strict';
import { PanelPage } from './support/panelPage';

describe('panel', () => {
  it('accepts only messages from the origin of its page', () => {
    const page = new PanelPage();
    Reflect.deleteProperty(page.window, 'parent');
    page.snapshot();
    const arrive = (text: string, origin: string): void => {
      const data = { type: 'prefill', text };
      page.window.dispatchEvent(new page.window.MessageEvent('message', { data, origin }));
    };
    for (const origin of ['https://evil.example', '', 'https://webview.example.evil.example', 'http://webview.example'])
      arrive(`from ${origin}`, origin);
    assert.equal(page.input.value, '');
    arrive('from the host', page.window.origin);
    assert.equal(page.input.value, 'from the host');
    page.dispose();
  });
});
