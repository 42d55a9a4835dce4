import assert from 'node:assert/strict';
import { panelStrings } from '../../../src/shared/panelStrings';
import { useVSCode } from '../../support/fakeVSCode';

describe('strings that the host sends to the pages', () => {
  useVSCode({ env: { language: 'en' }, l10n: { t: (english: string) => `«${english}»` } });

  it('are all translated', async () => {
    const { hostWords } = await import('../../../src/host/ui/words');
    const translated = Object.entries(panelStrings).map(([name, english]) => [name, `«${english}»`]);
    assert.deepEqual(hostWords().strings, Object.fromEntries(translated));
  });
});
