import assert from 'node:assert/strict';
import { fake } from '../../support/fake';
import type { EngineDeps } from '../../../src/engine/engine';
import { baseUrlWithKey, startGateway, type Gateway } from '../../support/testGateway';
import { failure } from '../../../src/demo/replies';
import type { Engine } from '../../../src/engine/engine';
import type { ConnectionTest } from '../../../src/host/connection/connectionTest';
import { KeyRedactor } from '../../../src/engine/gateway/keyRedactor';
import { probe } from '../../../src/engine/http/probe';
import { systemClock } from '../../../src/host/util/systemClock';
import { FakeEditor } from '../../support/fakeEditor';
import { useVSCode } from '../../support/fakeVSCode';
import { englishWords } from '../../support/englishWords';
import { attempt, ScriptedEngine, text, waiting } from '../../support/host/scriptedEngine';
import { valuesOf } from '../../support/valuesOf';
import { FakeGateways, openGateways } from '../../support/host/fakeGateways';

const deps = fake<EngineDeps>({
  clock: systemClock,
  fetch,
  userAgent: 'test',
  formatTime: String,
  log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
  localize: englishWords.localize,
  keys: new KeyRedactor(),
});

/** An engine that really sends probes. */
class ProbingEngine extends ScriptedEngine {
  override readonly probe: Engine['probe'] = (...probed) => probe(deps, ...probed);
}

describe('Test Connection command', () => {
  const editor = new FakeEditor();
  useVSCode(editor.api());
  let gateways: FakeGateways;
  let gateway: Gateway;
  let backup: Gateway;
  let engine: ProbingEngine;
  before(async () => {
    gateway = await startGateway({ models: ['a', 'b'] });
    backup = await startGateway({ models: ['c'] });
  });
  beforeEach(() => {
    editor.reset();
    gateway.reset();
    backup.reset();
    gateway.models = ['a', 'b'];
    backup.models = ['c'];
    gateways = new FakeGateways();
    gateways.baseUrl = gateway.baseUrl;
    gateways.keys.set(gateway.origin, 'hsa-primary');
    engine = new ProbingEngine();
  });
  after(() => Promise.all([gateway.close(), backup.close()]));

  const useBackup = (key?: string): void => {
    gateways.backups = [key === undefined ? baseUrlWithKey(backup) : backup.baseUrl];
    if (key !== undefined) gateways.keys.set(backup.origin, key);
  };
  const run = async (only?: string): Promise<ConnectionTest | undefined> => {
    const { testConnection } = await import('../../../src/host/connection/connectionTest');
    const deps = await openGateways(gateways.deps());
    editor.messages = [];
    const result = await testConnection({ ...deps, engine }, only);
    await new Promise(setImmediate);
    return result;
  };
  const verdict = (): string => editor.messages.map(({ kind, message }) => `${kind}: ${message}`).join('\n');

  it("reports a single gateway's response time and number of models, and that its key is valid", async () => {
    const result = await run();
    assert.ok(result?.state === 'verified');
    assert.deepEqual(result.models, ['a', 'b']);
    const host = new URL(gateway.origin).host;
    assert.equal(
      verdict().replace(/\d+ ms/, 'N ms'),
      `information: ${host} responded in N ms. Models available: 2. The API key is valid.`,
    );
    assert.deepEqual(editor.messages[0]?.buttons, ['Details', 'Copy as text', 'Send test prompt']);
  });

  it('tests every gateway, and sends each gateway only its own key', async () => {
    useBackup('hsa-backup');
    const result = await run();
    assert.ok(result?.state === 'verified');
    assert.deepEqual(result.models, ['a', 'b']);
    const states = result.gateways.map(({ models }) => models.state);
    assert.deepEqual(states, ['verified', 'verified']);
    const sent = [gateway, backup].map(({ modelRequests }) =>
      modelRequests.map(({ headers }) => headers.authorization),
    );
    assert.deepEqual(sent, [['Bearer hsa-primary'], ['Bearer hsa-backup']]);
    assert.equal(verdict(), 'information: Both gateways work.');
    assert.ok(!JSON.stringify(result).includes('hsa-'));
  });

  it('says how many gateways work if there are more than two', async () => {
    useBackup('hsa-backup');
    const other = backup.baseUrl.replace('127.0.0.1', 'localhost');
    gateways.backups = [backup.baseUrl, other];
    gateways.keys.set(new URL(other).origin, 'hsa-backup');
    await run();
    assert.equal(verdict(), 'information: All 3 gateways work.');
  });

  it('tests only the gateway that its argument names', async () => {
    useBackup('hsa-backup');
    const result = await run(backup.baseUrl);
    assert.deepEqual(
      result?.gateways.map(({ position, gateway: { id } }) => [position, id]),
      [[1, backup.baseUrl]],
    );
    assert.deepEqual(
      [gateway, backup].map(({ modelRequests }) => modelRequests.length),
      [0, 1],
    );
    assert.match(verdict(), new RegExp(`^information: ${new URL(backup.origin).host} responded in`));
  });

  it('tests all gateways if the gateway that its argument names is not in the settings', async () => {
    useBackup('hsa-backup');
    assert.equal((await run('https://gone.example/v1'))?.gateways.length, 2);
  });

  it('warns about a backup gateway that does not work, and offers to check its URL', async () => {
    useBackup('hsa-backup');
    backup.models = () => failure(404, { message: 'no such page' });
    editor.pressed = 'Check URL';
    const result = await run();
    assert.equal(result?.state, 'verified');
    assert.match(verdict(), /^warning: 1 of 2 gateways work\. No API found at this address on /);
    assert.deepEqual(editor.commands, [['workbench.action.openSettings', '@id:holysheep.backupBaseUrls']]);
  });

  it('warns about a backup gateway without a key, and offers to set the key', async () => {
    useBackup();
    editor.pressed = 'Set API key';
    await run();
    const { host } = new URL(baseUrlWithKey(backup));
    assert.match(verdict(), new RegExp(`warning: 1 of 2 gateways work\\. No API key is set for ${host}\\.$`));
    assert.deepEqual(editor.commands, [['holysheep.setApiKey', { baseUrl: baseUrlWithKey(backup) }]]);
  });

  it('shows an error when no gateway works', async () => {
    gateway.models = () => failure(401, { message: 'Incorrect API key' });
    const result = await run();
    assert.equal(result?.state, 'rejected');
    assert.match(verdict(), /^error: The key for .* was rejected\. .* Gateway message: “Incorrect API key”\./);
    assert.deepEqual(editor.messages[0]?.buttons, ['Set API key', 'Details', 'Copy as text']);
  });

  it('shows a report with the time of each step when the user clicks *Details*', async () => {
    editor.pressed = 'Details';
    await run();
    assert.deepEqual(
      editor.documents.map(([path]) => path),
      ['/Connection test'],
    );
    assert.match(editor.documents[0]?.[1] ?? '', /^✓ Connection: \d+ ms$/m);
  });

  it('copies the report, without the API key, when the user clicks *Copy as text*', async () => {
    editor.pressed = 'Copy as text';
    await run();
    assert.match(editor.clipboard, /^✓ Connection: \d+ ms$/m);
    assert.match(editor.clipboard, /^✓ GET \/models: \d+ ms \(the API key is valid; available models: 2\)$/m);
    assert.ok(!editor.clipboard.includes('hsa-'));
  });

  it('sends a test prompt to each working gateway when the user clicks *Send test prompt*', async () => {
    useBackup('hsa-backup');
    await run();
    assert.equal(engine.turns.length, 0);
    editor.pressed = 'Send test prompt';
    await run();
    const asked = await Promise.all(engine.turns.map(async ({ options }) => options.gateways?.()));
    assert.deepEqual(
      valuesOf(
        asked.map((used) => used?.[0] ?? assert.fail('no gateway')),
        'id',
      ),
      [gateway.baseUrl, backup.baseUrl],
    );
    editor.pressed = 'Details';
    engine.turns[0]?.emit(attempt(), text('OK', 120));
    engine.turns[1]?.emit(attempt(), text('OK', 80));
    await new Promise(setImmediate);
    assert.equal(editor.messages.at(-1)?.message, 'Both gateways work. First token after 120 ms / 80 ms.');
    assert.deepEqual(editor.messages.at(-1)?.buttons, ['Details', 'Copy as text']);
    assert.match(editor.documents.at(-1)?.[1] ?? '', /^✓ First token from model-1: 80 ms$/m);
  });

  it('shows the time to the first token of a gateway even if another gateway has no key', async () => {
    useBackup();
    editor.pressed = 'Send test prompt';
    await run();
    engine.turn.emit(attempt(), text('OK', 120));
    await new Promise(setImmediate);
    const [primary, other] = [gateway.baseUrl, baseUrlWithKey(backup)].map((url) => new URL(url).host);
    assert.equal(
      editor.messages.at(-1)?.message,
      `1 of 2 gateways work. ${primary} sent the first token after 120 ms. No API key is set for ${other}.`,
    );
  });

  it('shows why the test prompt failed when no token arrives', async () => {
    editor.pressed = 'Send test prompt';
    await run();
    editor.pressed = 'Details';
    engine.turn.emit(attempt(), waiting);
    await new Promise(setImmediate);
    assert.equal(verdict().split('\n').at(-1), 'error: Rate limited');
    assert.match(editor.documents.at(-1)?.[1] ?? '', /^✗ First token from model-1: Rate limited$/m);
  });
});
