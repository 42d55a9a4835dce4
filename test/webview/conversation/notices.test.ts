import assert from 'node:assert/strict';
import type { ConnectionView, DemoTourStep } from '../../../src/shared/protocol';
import { ev } from '../panel/support/events';
import { connected, exchange, PanelPage } from '../panel/support/panelPage';

const connection = { ...connected, demo: true };

const first: DemoTourStep = {
  heading: '1 of 5: Rate limited',
  text: 'Watch the countdown.',
  offers: [
    { act: 'next', label: 'Start' },
    { act: 'skip', label: 'Skip' },
  ],
};
const running: DemoTourStep = { ...first, offers: [{ act: 'skip', label: 'Skip' }] };
const second: DemoTourStep = { ...first, heading: '2 of 5: Overloaded', offers: [{ act: 'next', label: 'Next step' }] };

describe('offline demo in the panel', () => {
  let page: PanelPage;
  beforeEach(() => (page = new PanelPage()));
  afterEach(() => page.dispose());

  const bar = (): Element | null => page.root.querySelector('section[aria-label="Offline demo"]');

  it('has a notice with an accessible name and the current step of the tour', () => {
    page.snapshot([], { connection, demoStep: first });
    const text = bar()!.textContent;
    for (const part of [first.heading, first.text, 'No key or network needed.']) assert.ok(text.includes(part), part);
  });

  it('posts a message to the host for each button of its notice', () => {
    page.snapshot([], { connection, demoStep: first });
    for (const name of ['Start', 'Skip', 'Leave the demo']) page.click(name);
    assert.deepEqual(page.posted, [
      { type: 'demo', act: 'next' },
      { type: 'demo', act: 'skip' },
      { type: 'leaveDemo' },
    ]);
  });

  it('moves the focus to the button that continues the tour when the focused button disappears', () => {
    page.snapshot([], { connection, demoStep: first });
    page.one('button', 'Start').focus();
    page.receive({ type: 'demoStep', demoStep: running });
    assert.equal(page.window.document.activeElement, page.one('button', 'Skip'));
    page.receive({ type: 'demoStep', demoStep: second });
    assert.equal(page.window.document.activeElement, page.one('button', 'Next step'));
  });

  it('does not take the focus from the composer when the step changes', () => {
    page.snapshot([], { connection, demoStep: first });
    page.one('textbox', 'Prompt').focus();
    page.receive({ type: 'demoStep', demoStep: second });
    assert.equal(page.window.document.activeElement, page.one('textbox', 'Prompt'));
  });

  it('announces a new step, but not new buttons of the same step', () => {
    page.snapshot([], { connection, demoStep: first });
    const step = bar()!.querySelector('[aria-live="polite"]');
    const before = step?.firstChild;
    page.receive({ type: 'demoStep', demoStep: running });
    assert.equal(step?.firstChild, before);
    page.receive({ type: 'demoStep', demoStep: second });
    assert.notEqual(step?.firstChild, before);
  });

  it('removes its notice when it ends, and moves the focus to the composer', () => {
    page.snapshot([], { connection, demoStep: first });
    page.one('button', 'Leave the demo').focus();
    page.receive({ type: 'connection', connection: connected, suggestions: [] });
    assert.equal(bar(), null);
    assert.equal(page.window.document.activeElement, page.one('textbox', 'Prompt'));
  });

  it('marks each of its answers, even after it has ended', () => {
    page.snapshot([exchange('a', { demo: true }), exchange('b')], { connection: connected });
    const marks = page.all('article', 'Assistant').map((article) => article.querySelector('.badge')?.textContent);
    assert.deepEqual(marks, ['Offline demo', undefined]);
  });
});

describe('notice about a new backup route', () => {
  const newBackup = 'https://backup.example';
  let page: PanelPage;
  beforeEach(() => {
    page = new PanelPage();
    page.snapshot([exchange('a')]);
  });
  afterEach(() => page.dispose());

  const notice = (): string | undefined => page.root.querySelector('.notices .notice-title')?.textContent;
  const connect = (fields: Partial<ConnectionView> = {}): void =>
    page.receive({ type: 'connection', connection: { ...connected, newBackup, ...fields }, suggestions: [] });

  it('is announced once to screen readers', () => {
    connect();
    assert.equal(notice(), 'The answer comes through the backup route backup.example.');
    assert.equal(page.announced, notice());
    page.events('a', ev.attempt());
    connect();
    assert.equal(page.announced, 'Waiting for the answer');
  });

  it('posts a message to the host for each button', () => {
    connect();
    page.click("Don't use this route");
    page.click('OK');
    assert.deepEqual(page.posted, [
      { type: 'removeBackup', origin: newBackup },
      { type: 'keepBackup', origin: newBackup },
    ]);
  });

  it('is removed after the decision of the user, and moves the focus to the composer', () => {
    connect();
    page.one('button', 'OK').focus();
    connect({ newBackup: undefined });
    assert.equal(notice(), undefined);
    assert.equal(page.window.document.activeElement, page.input);
  });

  it('names the next route after the decision about the first one', () => {
    connect();
    connect({ newBackup: 'http://localhost:8080' });
    assert.equal(notice(), 'The answer comes through the backup route localhost:8080.');
  });

  it('is less important than a missing API key and the offline demo', () => {
    connect({ hasKey: false });
    assert.equal(notice(), 'No API key for api.example');
    connect({ demo: true });
    assert.match(notice() ?? '', /^Offline demo/);
  });

  it('is not shown while another window writes the conversation', () => {
    page.snapshot([exchange('a')], { connection: { ...connected, newBackup }, readOnly: true });
    assert.equal(notice(), 'This conversation is open in another window.');
  });
});
