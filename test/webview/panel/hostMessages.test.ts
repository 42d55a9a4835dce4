import assert from 'node:assert/strict';
import { JSDOM } from 'jsdom';
import { listenToHost } from '../../../src/webview/panel';

describe('listener for messages from the host', () => {
  const { window } = new JSDOM('', { url: 'https://webview.example/' });
  const page = window as unknown as Window;
  const received: unknown[] = [];
  before(() => {
    // VS Code deletes `window.parent` in every webview.
    Reflect.deleteProperty(page, 'parent');
    listenToHost(page, (message) => received.push(message));
  });
  beforeEach(() => received.splice(0));
  after(() => window.close());

  const arrive = (origin: string): void => {
    const data = { type: 'modelOnce', model: 'm' };
    page.dispatchEvent(new window.MessageEvent('message', { data, origin }));
  };

  it('accepts messages from the origin of the page', () => {
    arrive('https://webview.example');
    assert.deepEqual(received, [{ type: 'modelOnce', model: 'm' }]);
  });

  for (const origin of [
    'https://evil.example',
    '',
    'null',
    'https://webview.example.evil.example',
    'http://webview.example',
  ]) {
    it(`ignores messages from the origin “${origin}”`, () => {
      arrive(origin);
      assert.deepEqual(received, []);
    });
  }
});
