import assert from 'node:assert/strict';
import type { PanelServices } from '../../../src/host/panel/panelServices';
import { useVSCode } from '../../support/fakeVSCode';
import { attempt, failed, text, waiting } from '../../support/host/scriptedEngine';
import { openConversation } from '../../support/host/openedConversation';

describe('Retry Now command', () => {
  useVSCode({});

  const compare = () => {
    const { conversation, engine } = openConversation();
    conversation.ask({ prompt: 'which?' }, ['a', 'b', 'c']);
    const retryNow = async (): Promise<void> => {
      const { retryNow } = await import('../../../src/host/panel/panelCommands');
      const conversations = {
        running: conversation.busy ? conversation : undefined,
        current: conversation,
        withOpen: (_conversation: unknown, work: () => Promise<void>) => work(),
      };
      await retryNow({ conversations } as unknown as PanelServices);
    };
    return { turns: engine.turns, retryNow };
  };

  it('ends the waits of all waiting columns of a comparison', async () => {
    const { turns, retryNow } = compare();
    turns[0]!.emit(attempt('a'), text('A'));
    for (const turn of turns.slice(1)) turn.emit(attempt(), waiting);
    await retryNow();
    assert.deepEqual(
      turns.map(({ controls }) => controls),
      [[], ['retryNow'], ['retryNow']],
    );
  });

  it('retries only one column if several columns have failed and no column waits', async () => {
    const { turns, retryNow } = compare();
    for (const turn of turns.slice()) turn.emit(attempt(), failed(''));
    await retryNow();
    assert.equal(turns.length, 4);
  });
});
