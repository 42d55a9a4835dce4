import assert from 'node:assert/strict';
import { billingPage, openableLink } from '../../../src/host/ui/panelText';

describe('links in answers', () => {
  for (const href of ['https://example.com/a?b=c#d', 'http://example.com/', 'mailto:a@example.com']) {
    it(`can be opened: ${href}`, () => assert.equal(openableLink(href), href));
  }
  for (const href of [
    'command:workbench.action.reloadWindow',
    'javascript:alert(1)',
    ' JaVaScRiPt:alert(1)',
    'java\nscript:alert(1)',
    'file:///etc/passwd',
    'vscode://settings',
    'data:text/html,x',
    '/relative',
    '',
  ]) {
    it(`cannot be opened: ${JSON.stringify(href)}`, () => assert.equal(openableLink(href), undefined));
  }
});

describe('billing page', () => {
  for (const [origin, page] of [
    ['https://api.holysheep.ai', 'https://www.holysheep.ai'],
    ['https://holysheep.ai', 'https://www.holysheep.ai'],
    ['https://api.other.example', 'https://api.other.example'],
    ['https://api.notholysheep.ai', 'https://api.notholysheep.ai'],
    ['https://holysheep.ai.evil.example', 'https://holysheep.ai.evil.example'],
    ['http://api.holysheep.ai', 'http://api.holysheep.ai'],
  ] as const) {
    it(`is ${page} for the gateway ${origin}`, () => assert.equal(billingPage(origin), page));
  }
  it('is an origin without a path, credentials or a query', () => {
    assert.equal(
      billingPage('https://me:secret@api.other.example:8443/v1?next=command:x'),
      'https://api.other.example:8443',
    );
  });
  for (const origin of [
    'command:workbench.action.reloadWindow',
    'vscode://settings',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'ftp://api.other.example',
    'api.other.example',
    '',
  ]) {
    it(`is unknown for ${JSON.stringify(origin)}`, () => assert.equal(billingPage(origin), undefined));
  }
});
