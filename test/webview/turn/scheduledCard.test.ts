import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events/events';
import { endSchedule, markScheduled } from '../../../src/engine/state/schedule';
import { initialTurn, reduceTurn, type Schedule, type TurnState } from '../../../src/shared/protocol';
import { createFormat } from '../../../src/shared/format';
import { panelStrings } from '../../../src/shared/panelStrings';
import { ev } from '../panel/support/events';
import { connected, exchange, startOfTime, usePage, type PanelPage } from '../panel/support/panelPage';
import { refOf } from '../../support/gatewayRef';

const hour = 3_600_000;
const later = startOfTime + 2 * hour;
const timeOf = (at: number, now = startOfTime): string => createFormat('en', panelStrings).timeOfDay(at, { now });
const limited = (resetsAt: number): StreamEvent =>
  ev.failed({ kind: 'rate-limit', actions: ['sendLater', 'retryNow'], resetsAt });

describe('button *Send at*', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened));

  it('names the time at which the rate limit resets', () => {
    page.snapshot([exchange('a')]);
    page.events('a', ev.attempt(), limited(later));
    page.click(`Send at ${timeOf(later)}`);
    assert.deepEqual(page.posted, [{ type: 'action', answerId: 'a', action: 'sendLater' }]);
  });

  it('is left out if the rate limit has already reset', () => {
    page.snapshot([exchange('a', { state: [ev.attempt(), limited(startOfTime)].reduce(reduceTurn, initialTurn) })]);
    assert.deepEqual(
      page.buttons().filter((name) => name.startsWith('Send at')),
      [],
    );
    assert.ok(page.one('button', 'Retry now'));
  });

  it('is named *Send when online* while the turn waits for the network', () => {
    page.snapshot([exchange('a')]);
    page.events('a', ev.attempt(), ev.offline());
    page.click('Send when online');
    assert.deepEqual(page.posted, [{ type: 'action', answerId: 'a', action: 'sendLater' }]);
  });
});

describe('card of a scheduled prompt', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened));

  const failedState = [ev.attempt(), limited(later)].reduce<TurnState>(reduceTurn, initialTurn);
  const scheduled = (fields: Partial<Schedule> = { dueAt: later }) => ({
    state: markScheduled(failedState, { id: 's1', scheduledAt: startOfTime, ...fields }),
  });
  const card = (): HTMLElement => page.root.querySelector('.scheduled-card')!;
  const lines = (): readonly string[] => [...card().querySelectorAll('p')].map(({ textContent }) => textContent);

  /** Scheduled after a known rate limit, so that the turn has made no attempt and its state has no model. */
  const refusedState = markScheduled(reduceTurn(initialTurn, limited(later)), {
    id: 's1',
    scheduledAt: startOfTime,
    dueAt: later,
  });

  it('names the model of a prompt that was refused without a request', () => {
    const answers = [{ id: 'a', model: 'gpt-4o', state: refusedState, isQueued: false }];
    page.snapshot([exchange('a', { answers })]);
    assert.match(card().textContent, /\(gpt-4o\) only while/);
  });

  for (const [name, state] of [
    ['scheduled', refusedState],
    ['canceled', endSchedule(refusedState, { outcome: 'stopped' })],
  ] as const)
    it(`takes the buttons from an earlier failure card if a later prompt was ${name} without a request`, () => {
      page.snapshot([exchange('a', { state: failedState }), exchange('b', { state })]);
      assert.ok(page.root.querySelector('.failure-card.past'));
    });

  it('counts down to the time at which the prompt is sent', () => {
    page.snapshot([exchange('a', scheduled())]);
    assert.equal(page.one('article', 'Assistant').dataset['state'], 'scheduled');
    assert.deepEqual(lines(), [
      `Sends at ${timeOf(later)}`,
      '(in 2 h)',
      'Sends to api.example (gpt-4o) only while VS Code is running. The scheduled prompt expires after 24 hours.',
    ]);
    const timer = page.one('timer');
    page.clock.jump(hour);
    assert.equal(timer.textContent, '60 min');
    assert.equal(page.one('timer'), timer);
    assert.deepEqual(page.all('alert'), []);
    assert.equal(page.one('article', 'Assistant').hasAttribute('aria-busy'), false);
  });

  it('says that the prompt is due when its time has passed', () => {
    page.snapshot([exchange('a', scheduled())]);
    page.clock.jump(2 * hour);
    assert.deepEqual(lines().slice(0, 2), [
      `Was due at ${timeOf(later, later)}, but hasn't been sent yet`,
      '(expires in 22 h)',
    ]);
  });

  it('says that the daily budget was used up when the prompt was due', () => {
    page.snapshot([exchange('a', scheduled())]);
    page.clock.jump(2 * hour);
    page.update('a', scheduled({ dueAt: later, exceedsBudget: true }));
    assert.equal(lines()[0], 'Due, but not sent: the daily budget was used up');
    page.click('Send now');
    assert.deepEqual(page.posted, [{ type: 'action', answerId: 'a', action: 'retryNow' }]);
  });

  it('says that the prompt waits for the network', () => {
    page.snapshot([exchange('a', scheduled({}))]);
    assert.deepEqual(lines().slice(0, 2), ['Will be sent when the network is back', '(expires in 24 h)']);
  });

  it('names the gateway in the current settings', () => {
    const { state } = scheduled();
    page.snapshot([exchange('a', { state: { ...state, gateway: refOf('https://backup.example') } })]);
    assert.match(lines()[2]!, /^Sends to api\.example/u);
    page.receive({ type: 'connection', connection: { ...connected, host: 'other.example' }, suggestions: [] });
    assert.match(lines()[2]!, /^Sends to other\.example/u);
  });

  it('shows the new time after the prompt was rescheduled in another window', () => {
    page.snapshot([exchange('a', scheduled())], { readOnly: true });
    page.update('a', scheduled({ id: 's2', dueAt: later + hour }));
    assert.match(lines()[0]!, new RegExp(`^Sends at ${timeOf(later + hour)}`, 'u'));
  });

  it('sends the prompt with *Send now*', () => {
    page.snapshot([exchange('a', scheduled())]);
    page.click('Send now');
    assert.deepEqual(page.posted, [{ type: 'action', answerId: 'a', action: 'retryNow' }]);
  });

  it('is not followed by figures of the turn', () => {
    page.snapshot([exchange('a', scheduled())]);
    assert.equal(page.root.querySelector('.turn-summary'), null);
    page.update('a', { state: endSchedule(scheduled().state, { outcome: 'stopped' }) });
    assert.equal(page.root.querySelector('.turn-summary'), null);
  });

  it('cancels the prompt with *Cancel*', () => {
    page.snapshot([exchange('a', scheduled())]);
    page.click('Cancel');
    assert.deepEqual(page.posted, [{ type: 'stop', answerId: 'a' }]);
  });

  it('replaces the failure card until the prompt is no longer scheduled', () => {
    page.snapshot([exchange('a', { state: failedState })]);
    page.update('a', scheduled());
    assert.deepEqual([page.announced, page.all('alert').length], [`Sends at ${timeOf(later)}`, 0]);
    const expired = endSchedule(scheduled().state, { outcome: 'failed', message: 'The scheduled prompt has expired.' });
    page.update('a', { state: expired });
    assert.equal(page.one('alert').querySelector('.card-message')?.textContent, 'The scheduled prompt has expired.');
    assert.deepEqual([page.all('timer'), page.buttons().filter((name) => name.startsWith('Send at'))], [[], []]);
    page.update('a', scheduled());
    page.update('a', { state: endSchedule(scheduled().state, { outcome: 'stopped' }) });
    assert.deepEqual([page.announced, page.root.querySelector('.outcome p')?.textContent], ['Not sent.', 'Not sent.']);
    page.click('Send now');
    assert.deepEqual(page.posted, [{ type: 'action', answerId: 'a', action: 'restart' }]);
    page.click('Edit prompt');
    const editor = page.one('textbox', 'Edit your prompt') as HTMLTextAreaElement;
    editor.value += '!';
    page.click('Edit prompt');
    assert.deepEqual([page.window.document.activeElement, editor.value], [editor, 'prompt a!']);
    page.click('Cancel');
    assert.deepEqual(page.all('textbox', 'Edit your prompt'), []);
  });

  it('has no buttons while the conversation is open in another window', () => {
    page.snapshot([exchange('a', scheduled())], { readOnly: true });
    assert.deepEqual(page.all('button', 'Send now'), []);
    assert.ok(page.one('timer'));
  });
});
