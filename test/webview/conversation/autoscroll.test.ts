import assert from 'node:assert/strict';
import { initialTurn, reduceTurn } from '../../../src/shared/protocol';
import { ev } from '../panel/support/events';
import { exchange, usePage, type PanelPage } from '../panel/support/panelPage';
import { Scroller } from '../panel/support/scroller';

describe('autoscroll', () => {
  let page: PanelPage;
  let scroller: Scroller;
  usePage((opened) => (page = opened));
  beforeEach(() => {
    scroller = new Scroller(page.one('log'), page);
    page.snapshot([exchange('a')]);
  });

  it('stops immediately when the user turns the wheel up', () => {
    scroller.element.dispatchEvent(new page.window.WheelEvent('wheel', { deltaY: -1 }));
    scroller.grow(300);
    assert.equal(scroller.distanceFromEnd, 300);
  });

  it('resumes when the user scrolls to the end with the wheel', () => {
    scroller.wheel(-100);
    scroller.grow(300);
    scroller.wheel(1000);
    scroller.grow(300);
    assert.equal(scroller.distanceFromEnd, 0);
  });

  it('does not resume when the user turns the wheel down but stops before the end of the conversation', () => {
    scroller.wheel(-300);
    scroller.wheel(100);
    scroller.grow(50);
    assert.equal(scroller.distanceFromEnd, 250);
  });

  it('continues when the browser scrolls without user input', () => {
    scroller.moveTo(100);
    scroller.grow(10);
    assert.equal(scroller.distanceFromEnd, 0);
  });

  it('continues when the user turns the wheel but there is nothing to scroll', () => {
    scroller.height = 300;
    scroller.wheel(-100);
    scroller.grow(900);
    assert.equal(scroller.distanceFromEnd, 0);
  });

  const drag = (top: number): void => {
    scroller.fire('pointerdown');
    scroller.moveTo(top);
    page.window.dispatchEvent(new page.window.Event('pointerup'));
  };

  it('stops when the user drags the scroll bar away from the end', () => {
    drag(100);
    scroller.grow(100);
    assert.equal(scroller.distanceFromEnd, 600);
  });

  it('resumes when the user drags the scroll bar back to the end', () => {
    drag(100);
    scroller.grow(100);
    drag(10_000);
    scroller.grow(100);
    assert.equal(scroller.distanceFromEnd, 0);
  });

  for (const end of ['pointerup', 'pointercancel']) {
    it(`continues when the browser scrolls after the user has released the scroll bar (${end})`, () => {
      scroller.fire('pointerdown');
      page.window.dispatchEvent(new page.window.Event(end));
      scroller.moveTo(100);
      scroller.grow(10);
      assert.equal(scroller.distanceFromEnd, 0);
    });
  }

  const pressPageUp = (): void => {
    page.key('PageUp', {}, scroller.element);
    scroller.moveTo(200);
    scroller.fire('scrollend');
    scroller.grow(100);
  };

  it('stops when the user presses Page Up', () => {
    pressPageUp();
    assert.notEqual(scroller.distanceFromEnd, 0);
  });

  it('resumes when the user presses End', () => {
    pressPageUp();
    page.key('End', {}, scroller.element);
    scroller.moveTo(10_000);
    scroller.grow(100);
    assert.equal(scroller.distanceFromEnd, 0);
  });

  it('resumes even if `scrollend` comes before the last `scroll` event, as in Chromium', () => {
    scroller.wheel(-300);
    page.key('End', {}, scroller.element);
    scroller.moveTo(10_000, ['scrollend', 'scroll']);
    scroller.grow(100);
    assert.equal(scroller.distanceFromEnd, 0);
  });

  it('continues when the content grows before the scroll event of autoscroll itself arrives', () => {
    page.key('Shift', {}, scroller.element);
    scroller.height += 500;
    scroller.fire('scroll');
    scroller.grow(0);
    assert.equal(scroller.distanceFromEnd, 0);
  });

  it('resumes when the user sends a prompt', () => {
    scroller.wheel(-300);
    page.type('next');
    page.key('Enter');
    scroller.grow(100);
    assert.equal(scroller.distanceFromEnd, 0);
  });

  it('does not resume when the state of an existing turn changes', () => {
    scroller.wheel(-300);
    page.update('a');
    scroller.grow(100);
    assert.equal(scroller.distanceFromEnd, 400);
  });

  const jump = (): HTMLElement | undefined => page.all('button', 'Jump to latest')[0];

  it('shows *Jump to latest* only while autoscroll is off', () => {
    assert.equal(jump(), undefined);
    scroller.wheel(-300);
    assert.ok(jump());
    page.click('Jump to latest');
    assert.equal(scroller.distanceFromEnd, 0);
    assert.equal(jump(), undefined);
    scroller.grow(100);
    assert.equal(scroller.distanceFromEnd, 0);
    assert.equal(page.window.document.activeElement, page.input);
  });

  it('marks *Jump to latest* when new content arrives below the view', () => {
    page.events('a', ev.attempt());
    scroller.wheel(-300);
    assert.equal(jump()?.hasAttribute('data-news'), false);
    page.events('a', ev.text('Hi'));
    assert.equal(jump()?.hasAttribute('data-news'), true);
    scroller.wheel(1000);
    scroller.wheel(-300);
    assert.equal(jump()?.hasAttribute('data-news'), false);
  });

  it('resumes when the user presses End while a prompt has the focus', () => {
    scroller.wheel(-300);
    page.all('article')[0]!.focus();
    page.key('End', {}, page.all('article')[0]);
    assert.equal(scroller.distanceFromEnd, 0);
    scroller.grow(100);
    assert.equal(scroller.distanceFromEnd, 0);
  });

  it('does not resume when the user switches to another version of an answer', () => {
    scroller.wheel(-300);
    const done = [ev.attempt(), ev.text('Hi'), ev.done('Hi')].reduce(reduceTurn, initialTurn);
    page.path(exchange('b', { state: done }));
    scroller.grow(100);
    assert.equal(scroller.distanceFromEnd, 400);
  });

  it('resumes when the user regenerates an answer', () => {
    scroller.wheel(-300);
    page.path(exchange('c'));
    assert.equal(scroller.distanceFromEnd, 0);
  });

  it('turns off the scroll anchoring of the browser only while autoscroll is on', () => {
    assert.equal(scroller.element.hasAttribute('data-following'), true);
    scroller.wheel(-300);
    assert.equal(scroller.element.hasAttribute('data-following'), false);
  });
});
