import assert from 'node:assert/strict';
import { openableLink } from '../../../src/host/ui/panelText';

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
