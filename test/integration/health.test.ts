import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { failure } from '../../src/demo/replies';
import { answer, replySequence } from '../support/replies';
import { healthViewType } from '../../src/host/contributions';
import type { HealthReport, HealthRow } from '../../src/shared/healthMessages';
import { collect, find, startFixture, stopFixture, type HostFixture } from '../support/extensionHost';
import { valuesOf } from '../support/valuesOf';

describe('network health', () => {
  let fixture: HostFixture;

  before(async () => {
    fixture = await startFixture(replySequence(failure(500, { message: 'the server failed' }), answer('hello there')));
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await stopFixture(fixture);
  });

  const rowOf = ({ hours }: HealthReport): HealthRow | undefined =>
    hours.rows.find(({ host }) => host === new URL(fixture.gateway.origin).host);
  const open = async (): Promise<HealthRow | undefined> =>
    rowOf(await vscode.commands.executeCommand<HealthReport>('holysheep.openHealth'));
  const tabs = (): readonly vscode.Tab[] =>
    vscode.window.tabGroups.all
      .flatMap((group) => group.tabs)
      .filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(healthViewType));

  it('shows the attempts of a turn that another extension has asked for', async () => {
    assert.equal(await open(), undefined);
    find(await collect(fixture.api.ask('hello')), 'done');
    const row = await open();
    assert.ok(row);
    const { attempts, judged, complete, retries, cuts, waitedMs, firstTokenMs = 0 } = row.total;
    assert.deepEqual([row.model, attempts, judged, complete, retries, cuts], ['gpt-4o', 2, 2, 1, 1, 0]);
    assert.deepEqual(row.faults, [{ label: 'server error', count: 1 }]);
    assert.ok(firstTokenMs > 0 && waitedMs >= 0);
    assert.equal(row.parts.at(-1)?.attempts, 2);
  });

  it('opens in one tab only', async () => {
    await open();
    assert.deepEqual(valuesOf(tabs(), 'label'), ['Network health']);
  });
});
