import assert from 'node:assert/strict';
import type { EngineSettings } from '../../../src/core/settings';
import type { ComposedFault } from '../../../src/demo/composedFaults';
import { composedSettings } from '../../../src/host/demo/composedSettings';
import { defaultSettings } from '../../support/engineRun';
import { planned } from './planned';

interface PlanCase {
  readonly what: string;
  readonly faults: readonly ComposedFault[];
  readonly settings?: EngineSettings;
  readonly lines: readonly string[];
}

const retry = (change: Partial<EngineSettings['retry']>): EngineSettings => ({
  ...defaultSettings,
  retry: { ...defaultSettings.retry, ...change },
});

const cases: readonly PlanCase[] = [
  {
    what: 'faults one after the other, each as often as it is to be met',
    faults: [
      { name: 'rate-limit', seconds: 20, times: 2 },
      { name: 'server', times: 1 },
    ],
    lines: [
      'Attempt 1: rate limited → waits 21 s, as the server asked for 20 s',
      'Attempt 2: rate limited → waits 21 s, as the server asked for 20 s',
      'Attempt 3: server error → waits 2 s (backoff)',
      'Attempt 4: answered',
      'Answered: 4 attempts · 44 s of waiting',
    ],
  },
  {
    what: 'a hint beyond what the settings wait for',
    faults: [{ name: 'rate-limit', seconds: 61, times: 1 }],
    settings: retry({ maxHintMs: 60_000 }),
    lines: ['Attempt 1: rate limited', 'Failed after 0 s: The rate limit of 127.0.0.1 resets at 09:01.'],
  },
  {
    what: 'more failures than retries',
    faults: [{ name: 'server', times: Infinity }],
    settings: retry({ maxRetries: 1 }),
    lines: [
      'Attempt 1: server error → waits 0.5 s (backoff)',
      'Attempt 2: server error',
      'Failed after 0.5 s: The server failed with status 500.',
    ],
  },
  {
    what: 'a fallback model of the user',
    faults: [{ name: 'overloaded', times: Infinity }],
    settings: { ...defaultSettings, fallbackModels: ['gpt-4o'] },
    lines: [
      'Attempt 1: overloaded → waits 1.5 s (backoff)',
      'Attempt 2: overloaded → waits 3 s (backoff)',
      'Attempt 3: overloaded → goes on with gpt-4o',
      'Attempt 4: answered',
      'Answered: 4 attempts · 4.5 s of waiting',
    ],
  },
  {
    what: 'an answer that is cut, whose rest meets a fault as well',
    faults: [
      { name: 'cut', times: 1 },
      { name: 'rate-limit', seconds: 2, times: 1 },
    ],
    lines: [
      'Attempt 1: connection lost after N → waits 0.5 s (backoff) → asks for the rest',
      'Attempt 2: rate limited → waits 2.1 s, as the server asked for 2 s → asks for the rest',
      'Attempt 3: answered',
      'Answered: 3 attempts · 2.6 s of waiting',
    ],
  },
  {
    what: 'a broken connection, which is asked again at once',
    faults: [{ name: 'reset', times: 1 }],
    lines: ['Attempt 1: connection lost → asks again at once', 'Attempt 2: answered', 'Answered: 2 attempts'],
  },
  {
    what: 'a first word that comes late, but in time',
    faults: [{ name: 'slow', seconds: 20, times: 1 }],
    lines: ['Attempt 1: answered', 'Answered: 1 attempt'],
  },
  {
    what: 'a first word that comes too late for timeouts that are shortened',
    faults: [{ name: 'slow', seconds: 20, times: 1 }],
    settings: composedSettings(defaultSettings, 'gpt-4o', true),
    lines: [
      'Attempt 1: no answer in time after N → waits 0.5 s (backoff)',
      'Attempt 2: answered',
      'Answered: 2 attempts · 0.5 s of waiting',
    ],
  },
  {
    what: 'a key that is rejected',
    faults: [{ name: 'auth', times: 1 }],
    lines: [
      'Attempt 1: the key was rejected',
      'Failed after 0 s: The key for 127.0.0.1 was rejected. Set a valid API key.',
    ],
  },
];

describe('the plan of composed faults', () => {
  for (const { what, faults, settings = defaultSettings, lines } of cases) {
    it(`says what becomes of ${what}`, async () => {
      const seen = await planned(faults, settings);
      assert.deepEqual(
        seen.map((line) => line.replace(/(lost|time) after [\d.]+ s/, '$1 after N')),
        lines,
      );
    });
  }

  it('is the same each time', async () => {
    const faults: ComposedFault[] = [{ name: 'overloaded-529', times: 2 }];
    assert.deepEqual(await planned(faults, defaultSettings), await planned(faults, defaultSettings));
  });
});

describe('the settings that composed faults meet', () => {
  it('are the timeouts of the model that is set, which may be one that thinks', () => {
    assert.equal(composedSettings(defaultSettings, 'gpt-4o', false).timeout.idleMs, 60_000);
    assert.equal(composedSettings(defaultSettings, 'deepseek-r1', false).timeout.idleMs, 180_000);
  });

  it('are shortened where they are long, and never made longer', () => {
    const timeout = { ...defaultSettings.timeout, idleMs: 2000 };
    const { idleMs, headersMs } = composedSettings({ ...defaultSettings, timeout }, 'gpt-4o', true).timeout;
    assert.deepEqual([idleMs, headersMs], [2000, 6000]);
  });

  it('are otherwise what the user has set', () => {
    const own = { ...retry({ maxRetries: 2 }), fallbackModels: ['gpt-4o'] };
    const met = composedSettings(own, 'gpt-4o', true);
    assert.deepEqual({ ...met, timeout: own.timeout }, own);
  });
});
