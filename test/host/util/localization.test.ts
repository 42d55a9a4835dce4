import assert from 'node:assert/strict';
import { useVSCode } from '../../support/fakeVSCode';

describe('time of day', () => {
  const env = { language: 'en' };
  useVSCode({ env });

  for (const [language, text] of [
    ['en', /^6:05.PM$/],
    ['zh-cn', /^18:05$/],
  ] as const) {
    it(`is formatted as in the language ${language}, without a zero before the hour of a 12-hour clock`, async () => {
      const { formatTime } = await import('../../../src/host/util/localization');
      env.language = language;
      assert.match(formatTime(new Date().setHours(18, 5)), text);
    });
  }
});
