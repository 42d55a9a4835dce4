import assert from 'node:assert/strict';
import { failure } from '../../src/demo/replies';
import type { ApiEvent } from '../../src/host/api';
import { collect, find, resetNetworkState, set, startFixture, stopFixture, testKey } from '../support/extensionHost';
import type { HostFixture } from '../support/extensionHost';
import { answer, cutAfter, replySequence } from '../support/replies';
import { startGateway, type Gateway } from '../support/testGateway';

const model = 'claude-sonnet-4';
const vendorName = 'anthropic/claude-sonnet-4.6';
const partial = 'The sheep graze on the hill while the wind ';
const remainder = 'goes over the grass.';
const unavailable = () => failure(522, { message: 'error code: 522' });

describe('turn with a local backup gateway', () => {
  let fixture: HostFixture;
  let backup: Gateway;

  before(async () => {
    fixture = await startFixture(answer('from the primary gateway'));
    backup = await startGateway();
    await set('model', model);
  });
  beforeEach(async () => {
    fixture.gateway.reset();
    fixture.gateway.script = unavailable;
    backup.reset();
    backup.script = () => answer('from the backup gateway');
    await resetNetworkState();
  });
  afterEach(() => {
    for (const { headers } of fixture.gateway.requests) assert.equal(headers.authorization, `Bearer ${testKey}`);
    for (const { headers } of backup.requests) assert.equal(headers.authorization, undefined);
  });
  after(async () => {
    await stopFixture(fixture);
    for (const name of ['backupBaseUrls', 'modelOverrides', 'reasoningEffort']) await set(name, undefined);
    await backup.close();
  });

  const useBackup = (models: Readonly<Record<string, string>>): Promise<void> =>
    set('backupBaseUrls', [{ baseUrl: backup.baseUrl, name: 'Local', models }]);
  const ask = (options = {}): Promise<ApiEvent[]> => collect(fixture.api.ask('hello', options));
  const sent = ({ requests }: Gateway): readonly unknown[] => requests.map(({ json }) => json?.model);

  it("continues a partial answer at the backup gateway with that gateway's name for the model", async () => {
    await useBackup({ [model]: vendorName });
    fixture.gateway.script = replySequence(cutAfter(partial, 'reset'), unavailable());
    backup.script = () => answer(remainder);
    const events = await ask();
    assert.equal(find(events, 'done').text, partial + remainder);
    assert.deepEqual([sent(fixture.gateway), sent(backup)], [[model, model], [vendorName]]);
    const attempts = events.filter((event) => event.type === 'attempt');
    assert.deepEqual([attempts.at(-1)?.model, attempts.at(-1)?.userModel], [vendorName, model]);
  });

  it('reports the substitute model with which the backup gateway answers', async () => {
    await useBackup({ '*': 'qwen3:8b' });
    const events = await ask();
    const { from, to } = find(events, 'model');
    assert.deepEqual([from, to, sent(backup)], [model, 'qwen3:8b', ['qwen3:8b']]);
  });

  it("returns to the primary gateway when the backup gateway doesn't have the model", async () => {
    await useBackup({ [model]: 'unheard-of' });
    backup.script = () => failure(404, { message: 'The model does not exist.', code: 'model_not_found' });
    fixture.gateway.script = replySequence(unavailable(), answer('back'), unavailable(), answer('back'));
    for (let turns = 0; turns < 2; turns++) {
      assert.equal(find(await ask(), 'done').text, 'back');
      await resetNetworkState();
    }
    assert.deepEqual(sent(backup), ['unheard-of', 'unheard-of']);
  });

  it('repeats a request with the nearest reasoning effort that the primary gateway accepts', async () => {
    await set('backupBaseUrls', undefined);
    const message =
      "Unsupported value: 'reasoning_effort' does not support 'max'. Supported values are: 'low', 'high'.";
    fixture.gateway.script = replySequence(
      failure(400, { message, param: 'reasoning_effort', code: 'unsupported_value' }),
      answer('thought'),
    );
    await set('modelOverrides', { [model]: { extraBody: { seed: 7, model: 'other' } } });
    const events = await ask({ reasoningEffort: 'max' });
    assert.equal(find(events, 'done').text, 'thought');
    const bodies = fixture.gateway.requests.map(({ json }) => ({ ...json }));
    assert.deepEqual(
      bodies.map((body) => [body['reasoning_effort'], body['seed'], body['model']]),
      [
        ['max', 7, model],
        ['high', 7, model],
      ],
    );
    const [, corrected] = events.filter((event) => event.type === 'attempt');
    assert.deepEqual([corrected?.effort, corrected?.refusedEffort], ['high', 'max']);
  });
});
