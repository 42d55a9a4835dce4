import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { PanelServices } from '../../../src/host/panel/panelServices';
import { useVSCode } from '../../support/fakeVSCode';
import { openConversation } from '../../support/host/openedConversation';
import { done, attempt } from '../../support/host/scriptedEngine';
import { root } from '../../support/paths';
import { valuesOf } from '../../support/valuesOf';
import { fakeServices } from './fakePanel';

const english = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as PanelServices['manifest'];

describe('commands in the composer', () => {
  let executed: (readonly unknown[])[];
  useVSCode({
    commands: { executeCommand: (...command: readonly unknown[]) => executed.push(command) },
    l10n: { t: (message: string) => message },
    env: { language: 'en' },
  });
  beforeEach(() => {
    executed = [];
  });
  const prompts = [
    { title: 'Translate comments', template: 'Translate the comments.', from: 'user' },
    { title: '翻译注释', template: 'Translate\n the comments.', from: 'workspace' },
  ] as const;

  const open = async (manifest = english) => {
    const world = openConversation();
    const services = fakeServices({
      manifest,
      customPrompts: { list: () => prompts },
      catalog: { factsOf: () => undefined },
      gatewaySets: world.gatewaySets,
    });
    const commands = await import('../../../src/host/panel/composerCommands');
    const labels = (query: string): readonly string[] =>
      valuesOf(commands.suggestCommands(services, world.conversation, query), 'label');
    return {
      ...world,
      labels,
      suggest: (query: string) => commands.suggestCommands(services, world.conversation, query),
      run: (id: string) => commands.runComposerCommand(services, world.conversation, id),
    };
  };

  it('have a title that package.json declares', async () => {
    const { suggest } = await open();
    const commands = suggest('').filter(({ kind }) => kind === 'command');
    assert.ok(commands.length > 5);
    for (const { label, detail } of commands) assert.match(detail, /^%command\./, label);
  });

  it('have a translated title in another language', async () => {
    const command = 'holysheep.newConversation';
    const commands = [{ command, title: { value: '新建对话' } }];
    const { suggest } = await open({ ...english, contributes: { ...english.contributes, commands } });
    assert.deepEqual(valuesOf(suggest('新建'), 'detail'), ['新建对话']);
  });

  it('match the start of a word', async () => {
    const { labels } = await open();
    assert.deepEqual(['NEW', 'gat', 'comm', 'ew', 'usr', 'etc'].map(labels), [
      ['/new'],
      ['/gateways'],
      ['Translate comments'],
      [],
      [],
      [],
    ]);
  });

  it('match any part of a Chinese title', async () => {
    assert.deepEqual((await open()).labels('注释'), ['翻译注释']);
  });

  it('offer to export only a conversation with a prompt', async () => {
    const { labels, ask } = await open();
    assert.deepEqual(labels('exp'), []);
    ask('Why?', attempt(), done('So'));
    assert.deepEqual(labels('exp'), ['/export']);
  });

  it('offer a summary only if it would shorten the next request', async () => {
    const { labels, ask } = await open();
    assert.deepEqual(labels('summ'), []);
    for (let turn = 0; turn < 4; turn++) ask('Why?', attempt(), done('abcd'.repeat(9000)));
    assert.deepEqual(labels('summ'), ['/summarize']);
  });

  it('run a command without arguments', async () => {
    (await open()).run('command:model');
    assert.deepEqual(executed, [['holysheep.selectModel']]);
  });

  it('open another conversation in the location of this conversation', async () => {
    const { run } = await open();
    for (const id of ['command:new', 'command:history']) run(id);
    assert.deepEqual(executed, [['holysheep.newConversation'], ['holysheep.openHistory']]);
  });

  it('run a custom prompt as *Run Custom Prompt* does', async () => {
    const { suggest, run } = await open();
    for (const { id } of suggest('').filter(({ kind }) => kind === 'prompt')) run(id);
    assert.deepEqual(
      executed,
      prompts.map(({ title, from }) => ['holysheep.runPrompt', { title, from }]),
    );
  });

  it('run nothing for an id that was not suggested', async () => {
    const { run } = await open();
    for (const id of ['command:exportDiagnostics', 'command:export', 'user:unknown', 'holysheep.removeApiKey', '']) {
      run(id);
    }
    assert.deepEqual(executed, []);
  });
});
