import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { baseUrlWithKey, startGateway, type Gateway } from '../support/testGateway';
import { failure } from '../../src/demo/replies';
import { answer } from '../support/replies';
import { collect, extensionApi, find, set, stopFixture } from '../support/extensionHost';

const setKey = (key: string) => vscode.commands.executeCommand<{ state: string }>('holysheep.setApiKey', key);

describe('API key', () => {
  let gateway: Gateway;
  let otherGateway: Gateway;
  before(async () => {
    gateway = await startGateway({ script: () => answer('one') });
    otherGateway = await startGateway({ script: () => answer('other') });
  });
  beforeEach(async () => {
    gateway.reset();
    otherGateway.reset();
    gateway.models = ['a', 'b'];
    await set('baseUrl', baseUrlWithKey(gateway));
  });
  afterEach(() => vscode.commands.executeCommand('holysheep.removeApiKey'));
  after(async () => {
    await stopFixture(undefined);
    await Promise.all([gateway.close(), otherGateway.close()]);
  });

  const sentKey = async (): Promise<string | undefined> => {
    await collect((await extensionApi()).ask('hello'));
    return gateway.requests.at(-1)?.headers.authorization;
  };

  it('is saved without the prefix Bearer, verified, and sent with requests', async () => {
    assert.deepEqual(await setKey('Bearer hsa-clean-key-1'), { state: 'verified' });
    assert.equal(gateway.modelRequests.at(-1)?.headers.authorization, 'Bearer hsa-clean-key-1');
    assert.equal(await sentKey(), 'Bearer hsa-clean-key-1');
  });

  it('is sent only to the origin for which it was saved', async () => {
    await setKey('hsa-bound-key-1');
    await set('baseUrl', baseUrlWithKey(otherGateway));
    const failed = find(await collect((await extensionApi()).ask('hello')), 'failed');
    assert.deepEqual([failed.kind, otherGateway.requests.length], ['auth', 0]);
    await set('baseUrl', baseUrlWithKey(gateway));
    assert.equal(await sentKey(), 'Bearer hsa-bound-key-1');
  });

  it("is saved even if the gateway can't verify it now", async () => {
    gateway.models = () => failure(500, { message: 'not now' });
    assert.deepEqual(await setKey('hsa-unverified-1'), { state: 'unverified' });
    assert.equal(await sentKey(), 'Bearer hsa-unverified-1');
  });

  it('is deleted when the user runs Remove API Key', async () => {
    await setKey('hsa-removed-key-1');
    await vscode.commands.executeCommand('holysheep.removeApiKey');
    assert.equal(find(await collect((await extensionApi()).ask('hello')), 'failed').kind, 'auth');
  });
});
