import assert from 'node:assert/strict';
import { FakeEditor } from '../support/fakeEditor';
import { useVSCode } from '../support/fakeVSCode';
import { FakeGateways } from '../support/host/fakeGateways';

describe('error of a command', () => {
  const editor = new FakeEditor();
  useVSCode(editor.api());
  let gateways: FakeGateways;
  beforeEach(() => {
    editor.reset();
    gateways = new FakeGateways();
  });

  const report = async (error: unknown): Promise<void> => {
    const { createErrorBoundary } = await import('../../src/host/commands');
    createErrorBoundary(gateways.deps().log)(error);
  };

  it('is shown as information without buttons if it tells the user what to do', async () => {
    const { UserError } = await import('../../src/host/util/userError');
    await report(new UserError('Open a file first.'));
    assert.deepEqual(editor.messages, [{ kind: 'information', message: 'Open a file first.', buttons: [] }]);
  });

  it('is written to the log if it is a defect', async () => {
    const defect = new TypeError('x is undefined');
    await report(defect);
    assert.deepEqual(gateways.logged, [defect]);
  });

  it('is not quoted in the message about a defect, which offers to show the log', async () => {
    await report(new TypeError('x is undefined'));
    const message = 'Something went wrong in HolySheep Prompt. See the log for details.';
    assert.deepEqual(editor.messages, [{ kind: 'error', message, buttons: ['Show log', 'Export diagnostics'] }]);
  });
});
