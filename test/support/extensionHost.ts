import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import type { HolySheepApi } from '../../src/host/api';
import { startGateway, type Gateway, type GatewayOptions, type Script } from '../../src/demo/gateway';
import type { StreamEvent } from '../../src/engine/events';

export const testKey = 'hsa-test-key-0123456789';

/** A gateway, and the extension of this window set up to use it. */
export interface HostFixture {
  readonly gateway: Gateway;
  readonly api: HolySheepApi;
}

export async function extensionApi(): Promise<HolySheepApi> {
  const extension = vscode.extensions.getExtension<HolySheepApi>('holysheep.holysheep-prompt');
  assert.ok(extension, 'the extension is not installed');
  return extension.activate();
}

/** Changes a user setting. VS Code writes its file each time, which is slow: not for a value that is there already. */
export async function set(name: string, value: unknown): Promise<void> {
  const settings = vscode.workspace.getConfiguration('holysheep');
  if (isDeepStrictEqual(settings.inspect(name)?.globalValue, value)) return;
  await settings.update(name, value, vscode.ConfigurationTarget.Global);
}

/** No test waits for what another was told, or pays for what it spent. */
export async function resetNetworkState(): Promise<void> {
  await vscode.commands.executeCommand('holysheep.resetNetworkState');
}

/** Retries come as fast as the settings allow; there are few of them. */
export async function startFixture(script: Script, options: GatewayOptions = {}): Promise<HostFixture> {
  const gateway = await startGateway({ ...options, script });
  const api = await extensionApi();
  await resetNetworkState();
  await set('baseUrl', gateway.baseUrl);
  await set('retry.baseDelayMs', 100);
  await set('retry.maxRetries', 1);
  await set('model', 'gpt-4o');
  await vscode.commands.executeCommand('holysheep.setApiKey', testKey);
  return { gateway, api };
}

export async function stopFixture(fixture: HostFixture | undefined): Promise<void> {
  await vscode.commands.executeCommand('holysheep.stop');
  await fixture?.gateway.close();
  for (const name of [
    'baseUrl',
    'retry.baseDelayMs',
    'retry.maxRetries',
    'retry.maxHintMs',
    'model',
    'timeout.headersMs',
    'timeout.firstTokenMs',
    'timeout.idleMs',
    'timeout.silentMs',
  ]) {
    await set(name, undefined);
  }
}

export async function collect(events: AsyncIterable<StreamEvent>): Promise<StreamEvent[]> {
  const all: StreamEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

export function find<T extends StreamEvent['type']>(
  events: readonly StreamEvent[],
  type: T,
): StreamEvent & { type: T } {
  const event = events.findLast((candidate): candidate is StreamEvent & { type: T } => candidate.type === type);
  assert.ok(event, `no ${type} event among: ${events.map((each) => each.type).join(' ')}`);
  return event;
}
