import assert from 'node:assert/strict';
import { useVSCode } from '../../support/fakeVSCode';

describe("model list in VS Code's chat", () => {
  useVSCode({ DiagnosticSeverity: {} });

  it('is refreshed when the connection or a reasoning effort changes', async () => {
    const { registerChat } = await import('../../../src/host/chat/chatCommands');
    const changes: (() => void)[] = [];
    const source = { onDidChange: (listener: () => void) => changes.push(listener) };
    let lists = 0;
    const register = (): void => undefined;
    const deps = { gatewaySets: {}, userGateways: source, efforts: source, register, modelsChanged: () => lists++ };
    registerChat(deps as unknown as Parameters<typeof registerChat>[0]);
    for (const change of changes) change();
    assert.equal(lists, 2);
  });
});
