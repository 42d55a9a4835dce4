import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events/events';
import type { copyAsCode as CopyAsCode } from '../../../src/host/copyAsCode/copyAsCode';
import { demoSettings } from '../../../src/host/demo/demoSettings';
import { useVSCode } from '../../support/fakeVSCode';
import { openConversation } from '../../support/host/openedConversation';
import { attempt, done } from '../../support/host/scriptedEngine';
import { refOf } from '../../support/gatewayRef';
import { gatewayFrom } from '../../support/testGateways';

describe('Copy Request as Code command', () => {
  const statuses: string[] = [];
  useVSCode({
    env: { clipboard: { writeText: () => Promise.resolve() } },
    l10n: { t: (message: string) => message },
    window: { setStatusBarMessage: (text: string) => statuses.push(text) },
  });

  const [primary, backup] = [
    gatewayFrom({ baseUrl: 'https://own.example/v1', apiKey: 'hsa-own' }),
    gatewayFrom({ baseUrl: 'https://b.example/a/v1', apiKey: 'hsa-b' }),
  ] as const;
  const { conversation } = openConversation();
  const facts: (readonly unknown[])[] = [];
  const deps = {
    conversations: { current: conversation },
    userGateways: { gatewayFor: () => Promise.resolve(primary), all: [primary, backup] },
    catalog: { factsOf: (...args: readonly unknown[]) => void facts.push(args) },
    settings: { engineSettings: () => demoSettings, model: () => 'm' },
  } as unknown as Parameters<typeof CopyAsCode>[0];
  let copyAsCode: typeof CopyAsCode;
  before(async () => {
    ({ copyAsCode } = await import('../../../src/host/copyAsCode/copyAsCode'));
  });

  it("uses the user's gateway and model for a demo prompt", async () => {
    let code: string | undefined;
    for (const demo of [false, true]) {
      const { ask, conversation } = openConversation({ demo });
      code = await copyAsCode(deps, { conversation, answerId: ask('Hi'), language: 'curl' });
    }
    assert.match(code ?? '', /"model": "m"/);
    const mentionDemo = statuses.map((text) => /offline demo/.test(text));
    assert.deepEqual(mentionDemo, [false, true]);
  });

  for (const unsupportedParameters of [undefined, 'temperature, cache_control'])
    it(`writes ${unsupportedParameters ? 'no ' : ''}cache marks if the gateway has refused ${unsupportedParameters ?? 'nothing'}`, async () => {
      const { ask, conversation } = openConversation();
      const last = { ...attempt('there'), gateway: refOf(primary.id), unsupportedParameters } as StreamEvent;
      ask('word '.repeat(1000), attempt(), done('Yes.'));
      ask('Why?', last);
      conversation.flush();
      const catalog = { factsOf: () => ({ caching: 'explicit' }) } as unknown as typeof deps.catalog;
      const code = await copyAsCode({ ...deps, catalog }, { conversation, language: 'curl' });
      assert.equal(code?.includes('cache_control'), unsupportedParameters === undefined);
    });

  for (const { name, used, model, baseUrl, userModel } of [
    { name: 'the gateway of the last attempt', used: backup.id, model: 'there', baseUrl: backup.id, userModel: 'here' },
    {
      name: 'the base URL if that gateway is no longer configured',
      used: 'https://gone.example/v1',
      model: 'here',
      baseUrl: primary.id,
    },
  ] as const) {
    it(`writes ${name} into the code`, async () => {
      const last = { ...attempt('there', 2), userModel: 'here', gateway: refOf(used) } as StreamEvent;
      const opened = openConversation();
      opened.ask('Hi', attempt('first'), last);
      opened.conversation.flush();
      const code = (await copyAsCode(deps, { conversation: opened.conversation, language: 'curl' })) ?? '';
      assert.deepEqual(facts.at(-1), [model, baseUrl, userModel]);
      assert.ok(code.includes(`${baseUrl}/chat/completions`) && code.includes(`"model": "${model}"`), code);
    });
  }
});
