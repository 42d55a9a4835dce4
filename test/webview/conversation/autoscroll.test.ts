import assert from 'node:assert/strict';
import { initialTurn, reduce } from '../../../src/shared/protocol';
import { ev } from '../panel/support/events';
import { exchange, PanelPage } from '../panel/support/panelPage';
import { Scroller } from '../panel/support/scroller';

describe('the end of the conversation', () => {
  let page: PanelPage;
  let scroller: Scroller;
  beforeEach(() => {
    page = new PanelPage();
    scroller = new Scroller(page.one('log'), page);
    page.snapshot([exchange('a')]);
  });
  afterEach(() => page.dispose());

  it('stays in view while the answer grows', () => {
    scroller.grow(300);
    assert.equal(scroller.fromEnd, 0);
  });

  it('is let go at once by a wheel that turns up', () => {
    scroller.element.dispatchEvent(new page.window.WheelEvent('wheel', { deltaY: -1 }));
    scroller.grow(300);
    assert.equal(scroller.fromEnd, 300);
  });

  it('is followed again by a wheel that reaches it', () => {
    scroller.wheel(-100);
    scroller.grow(300);
    scroller.wheel(1000);
    scroller.grow(300);
    assert.equal(scroller.fromEnd, 0);
  });

  it('is not followed by a wheel that turns down but stops before it', () => {
    scroller.wheel(-300);
    scroller.wheel(100);
    scroller.grow(50);
    assert.equal(scroller.fromEnd, 250);
  });

  it('is not let go by a scroll that no hand made', () => {
    scroller.moveTo(100);
    scroller.grow(10);
    assert.equal(scroller.fromEnd, 0);
  });

  it('is not let go by a wheel when there is nothing to scroll', () => {
    scroller.height = 300;
    scroller.wheel(-100);
    scroller.grow(900);
    assert.equal(scroller.fromEnd, 0);
  });

  it('is let go and found again by dragging the scroll bar', () => {
    scroller.fire('pointerdown');
    scroller.moveTo(100);
    page.window.dispatchEvent(new page.window.Event('pointerup'));
    scroller.grow(100);
    assert.equal(scroller.fromEnd, 600);
    scroller.fire('pointerdown');
    scroller.moveTo(10_000);
    page.window.dispatchEvent(new page.window.Event('pointerup'));
    scroller.grow(100);
    assert.equal(scroller.fromEnd, 0);
  });

  for (const end of ['pointerup', 'pointercancel']) {
    it(`is not let go by a scroll that no hand made after a ${end}`, () => {
      scroller.fire('pointerdown');
      page.window.dispatchEvent(new page.window.Event(end));
      scroller.moveTo(100);
      scroller.grow(10);
      assert.equal(scroller.fromEnd, 0);
    });
  }

  it('is let go with Page Up and found again with End', () => {
    page.key('PageUp', {}, scroller.element);
    scroller.moveTo(200);
    scroller.fire('scrollend');
    scroller.grow(100);
    assert.notEqual(scroller.fromEnd, 0);
    page.key('End', {}, scroller.element);
    scroller.moveTo(10_000);
    scroller.grow(100);
    assert.equal(scroller.fromEnd, 0);
  });

  it('is found again when the scroll has ended before its last event, as in Chromium', () => {
    scroller.wheel(-300);
    page.key('End', {}, scroller.element);
    scroller.moveTo(10_000, ['scrollend', 'scroll']);
    scroller.grow(100);
    assert.equal(scroller.fromEnd, 0);
  });

  it('is not let go by a key when our own scroll is told of after the content has grown', () => {
    page.key('Shift', {}, scroller.element);
    scroller.height += 500;
    scroller.fire('scroll');
    scroller.grow(0);
    assert.equal(scroller.fromEnd, 0);
  });

  it('is followed again when the person sends something', () => {
    scroller.wheel(-300);
    page.type('next');
    page.key('Enter');
    scroller.grow(100);
    assert.equal(scroller.fromEnd, 0);
  });

  it('is not followed for a change of an older turn', () => {
    scroller.wheel(-300);
    page.receive({ type: 'exchange', exchange: exchange('a') });
    scroller.grow(100);
    assert.equal(scroller.fromEnd, 400);
  });

  const jump = (): HTMLElement | undefined => page.all('button', 'Jump to latest')[0];

  it('is a press away while it is not followed, and only then', () => {
    assert.equal(jump(), undefined);
    scroller.wheel(-300);
    assert.ok(jump());
    page.click('Jump to latest');
    assert.equal(scroller.fromEnd, 0);
    assert.equal(jump(), undefined);
    scroller.grow(100);
    assert.equal(scroller.fromEnd, 0);
    assert.equal(page.window.document.activeElement, page.input);
  });

  it('offers no way to it when the person has come back', () => {
    scroller.wheel(-300);
    scroller.wheel(1000);
    assert.equal(jump(), undefined);
  });

  it('tells that something has arrived there, until the person has come back', () => {
    page.events('a', ev.attempt());
    scroller.wheel(-300);
    assert.equal(jump()?.hasAttribute('data-news'), false);
    page.events('a', ev.text('Hi'));
    assert.equal(jump()?.hasAttribute('data-news'), true);
    scroller.wheel(1000);
    scroller.wheel(-300);
    assert.equal(jump()?.hasAttribute('data-news'), false);
  });

  it('is followed again by End in an article', () => {
    scroller.wheel(-300);
    page.all('article')[0]!.focus();
    page.key('End', {}, page.all('article')[0]);
    assert.equal(scroller.fromEnd, 0);
    scroller.grow(100);
    assert.equal(scroller.fromEnd, 0);
  });

  it('is followed when another version is asked for, and not when one is shown', () => {
    scroller.wheel(-300);
    const done = [ev.attempt(), ev.text('Hi'), ev.done('Hi')].reduce(reduce, initialTurn);
    page.receive({ type: 'path', exchanges: [exchange('b', { state: done })] });
    scroller.grow(100);
    assert.equal(scroller.fromEnd, 400);
    page.receive({ type: 'path', exchanges: [exchange('c')] });
    assert.equal(scroller.fromEnd, 0);
  });

  it('is kept in view by us while it is followed, and by the browser where the person reads else', () => {
    assert.equal(scroller.element.hasAttribute('data-following'), true);
    scroller.wheel(-300);
    assert.equal(scroller.element.hasAttribute('data-following'), false);
  });
});
