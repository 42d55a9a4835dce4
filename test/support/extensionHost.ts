import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import type { ApiEvent, HolySheepApi } from '../../src/host/api';
import { fixtureSettings } from './fixtureSettings';
import { replySequence, type Reply } from './replies';
import { startGateway, type Gateway, type GatewayOptions } from './testGateway';

export const testKey = 'hsa-test-key-0123456789';

/** A scripted gateway and the extension, configured to use it. */
export interface HostFixture {
  readonly gateway: Gateway;
  readonly api: HolySheepApi;
}

export async function extensionApi(): Promise<HolySheepApi> {
  const extension = vscode.extensions.getExtension<HolySheepApi>('holysheep.holysheep-prompt');
  assert.ok(extension, 'the extension is not installed');
  return extension.activate();
}

/** Changes a user setting, unless it already has the value, because VS Code rewrites its settings file each time. */
export async function set(name: string, value: unknown): Promise<void> {
  const settings = vscode.workspace.getConfiguration('holysheep');
  if (isDeepStrictEqual(settings.inspect(name)?.globalValue, value)) return;
  await settings.update(name, value, vscode.ConfigurationTarget.Global);
}

/** Clears cooldowns and retry budgets, so that tests do not affect each other. */
export async function resetNetworkState(): Promise<void> {
  await vscode.commands.executeCommand('holysheep.resetNetworkState');
}

/** Starts a gateway and configures the extension to use it, with few and fast retries: see {@link fixtureSettings}. */
export async function startFixture(reply: Reply, options: GatewayOptions = {}): Promise<HostFixture> {
  const gateway = await startGateway({ ...options, script: replySequence(reply) });
  const api = await extensionApi();
  await resetNetworkState();
  await set('baseUrl', gateway.baseUrl);
  await restoreFixtureSettings();
  await vscode.commands.executeCommand('holysheep.setApiKey', testKey);
  return { gateway, api };
}

export async function stopFixture(fixture: HostFixture | undefined): Promise<void> {
  await vscode.commands.executeCommand('holysheep.stop');
  await fixture?.gateway.close();
  await restoreFixtureSettings();
  for (const name of [
    'baseUrl',
    'backupBaseUrls',
    'retry.maxHintMs',
    'timeout.headersMs',
    'timeout.firstTokenMs',
    'timeout.idleMs',
    'timeout.silentMs',
  ]) {
    await set(name, undefined);
  }
}

async function restoreFixtureSettings(): Promise<void> {
  for (const [name, value] of Object.entries(fixtureSettings)) await set(name.replace('holysheep.', ''), value);
}

/** Starts a fixture before the tests of the enclosing suite, and stops it after them. */
export function useFixture(reply: Reply, onStarted: (fixture: HostFixture) => void): void {
  let fixture: HostFixture | undefined;
  before(async () => onStarted((fixture = await startFixture(reply))));
  after(() => stopFixture(fixture));
}

export async function collect(events: AsyncIterable<ApiEvent>): Promise<ApiEvent[]> {
  const all: ApiEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

export function find<T extends ApiEvent['type']>(events: readonly ApiEvent[], type: T): ApiEvent & { type: T } {
  const event = events.findLast((candidate): candidate is ApiEvent & { type: T } => candidate.type === type);
  assert.ok(event, `no ${type} event among: ${events.map((each) => each.type).join(' ')}`);
  return event;
}
