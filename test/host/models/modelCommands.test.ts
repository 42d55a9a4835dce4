import assert from 'node:assert/strict';
import { registerModels } from '../../../src/host/models/modelCommands';

describe('Select Model command', () => {
  const setUp = (picked?: string) => {
    const calls: string[] = [];
    const [command] = registerModels({
      connections: { selectModel: (model: string) => Promise.resolve(void calls.push(`setting ${model}`)) },
      catalog: { pick: () => Promise.resolve(picked) },
      conversations: {
        current: {
          selectModel: (model: string, demo: boolean) => void calls.push(`turn ${model}${demo ? ' of the demo' : ''}`),
        },
      },
      demo: { active: false },
    });
    assert.equal(command?.id, 'holysheep.selectModel');
    return { calls, command };
  };

  it("switches the current conversation's turn to the model, then changes the setting", async () => {
    const { calls, command } = setUp();
    assert.equal(await command.execute('gpt-4o'), 'gpt-4o');
    assert.deepEqual(calls, ['turn gpt-4o', 'setting gpt-4o']);
  });

  it('changes nothing when the user chooses no model', async () => {
    const { calls, command } = setUp();
    assert.equal(await command.execute(undefined), undefined);
    assert.deepEqual(calls, []);
  });
});
