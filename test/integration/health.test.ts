import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { failure } from '../../src/demo/replies';
import { answer, replySequence } from '../support/replies';
import { healthViewType } from '../../src/host/contributions';
import type { HealthReport, HealthRow } from '../../src/shared/healthMessages';
import { collect, find, startFixture, stopFixture, type HostFixture } from '../support/extensionHost';
import { valuesOf } from '../support/valuesOf';

describe('tab Usage and health', () => {
  let fixture: HostFixture;

  before(async () => {
    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, cost: 0.25 };
    const failed = failure(500, { message: 'the server failed' });
    fixture = await startFixture(replySequence(failed, answer('hello there', { usage })));
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

  it('shows the attempts of a turn that another extension has started', async () => {
    assert.equal(await open(), undefined);
    find(await collect(fixture.api.ask('hello')), 'done');
    const row = await open();
    assert.ok(row);
    const { attempts, judgedTurns, completeTurns, retries, cuts, waitedMs, firstTokenMs = 0 } = row.total;
    assert.deepEqual([row.model, attempts, judgedTurns, completeTurns, retries, cuts], ['gpt-4o', 2, 1, 1, 1, 0]);
    assert.deepEqual(row.faults, [{ kind: 'server', count: 1 }]);
    assert.ok(firstTokenMs > 0 && waitedMs >= 0);
    // The two attempts may be on either side of a full hour.
    assert.equal(
      row.parts.slice(-2).reduce((sum, part) => sum + (part?.attempts ?? 0), 0),
      2,
    );
  });

  it('shows the tokens and the cost of today', async () => {
    const { days } = await vscode.commands.executeCommand<HealthReport>('holysheep.openHealth');
    const row = days.rows.find(({ host }) => host === new URL(fixture.gateway.origin).host);
    const today = row?.parts.at(-1);
    assert.ok(row && today);
    const { attempts, promptTokens, completionTokens, costs } = today;
    assert.deepEqual([row.model, attempts, promptTokens, completionTokens], ['gpt-4o', 2, 10, 5]);
    assert.deepEqual(costs, [{ amount: 0.25, currency: 'USD', isEstimate: false }]);
  });

  it('is not opened a second time when its command runs again', async () => {
    await open();
    assert.deepEqual(valuesOf(tabs(), 'label'), ['Usage and health']);
  });
});
