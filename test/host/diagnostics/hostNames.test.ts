import assert from 'node:assert/strict';
import { addToLedger, emptyLedger } from '../../../src/engine/state/ledger';
import { hostNameHider, isPublicOrigin, requestedOrigins } from '../../../src/host/diagnostics/hostNames';
import { ev } from '../../webview/panel/support/events';

const [holySheep, company] = ['https://api.holysheep.ai', 'http://llm.corp.example:8080'] as const;
const hide = hostNameHider([holySheep, company], ['https://old.example', company, 'http://127.0.0.1:8080']);

describe('host names in the diagnostics report', () => {
  for (const [text, expected] of [
    [holySheep, holySheep],
    ['api.holysheep.ai', 'api.holysheep.ai'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    [company, 'gateway 2'],
    ['llm.corp.example:8080', 'gateway 2'],
    ['llm.corp.example', 'gateway 2'],
    ['LLM.Corp.Example', 'gateway 2'],
    [`${company}/v1/models`, 'gateway 2/v1/models'],
    ['https://old.example', 'former gateway'],
    ['old.example', 'former gateway'],
    ['connect llm.corp.example:8080 failed', 'connect gateway 2 failed'],
    ['gpt-4o', 'gpt-4o'],
    ['my-old.example', 'my-old.example'],
    ['llmXcorp.example', 'llmXcorp.example'],
  ] as const) {
    it(`are ${text === expected ? 'not replaced' : 'replaced'} in ${text}`, () => {
      assert.equal(hide(text), expected);
    });
  }

  it('are replaced with the same name, such as "gateway 2", if two gateways have the same host', () => {
    assert.equal(hostNameHider([holySheep, company, company], [])('llm.corp.example'), 'gateway 2');
  });

  it('include the gateways of all attempts and the first gateway of each turn', () => {
    const [first = assert.fail()] = [ev.attempt({ gateway: { id: `${company}/v1`, label: 'LLM' } })].reduce(
      addToLedger,
      emptyLedger,
    ).entries;
    const turn = { time: 0, host: 'old.example', outcome: 'done', waits: [], attempts: [first] };
    assert.deepEqual(requestedOrigins({ turns: [turn], gateways: [] }), [company, 'https://old.example']);
  });

  for (const origin of [holySheep, 'http://localhost:11434', 'https://127.0.0.1', 'http://[::1]:8080']) {
    it(`are shown for the public origin ${origin}`, () => assert.equal(isPublicOrigin(origin), true));
  }

  for (const origin of [
    company,
    'http://api.holysheep.ai',
    'https://team.holysheep.ai',
    'http://localhost.corp.example',
    'http://192.168.1.7:8080',
  ]) {
    it(`are hidden for the private origin ${origin}`, () => assert.equal(isPublicOrigin(origin), false));
  }
});
