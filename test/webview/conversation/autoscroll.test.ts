import assert from 'node:assert/strict';
import { initialTurn, reduceTurn } from '../../../src/shared/protocol';
import { ev } from '../panel/support/events';
import { exchange, PanelPage } from '../panel/support/panelPage';
import { Scroller } from '../panel/support/scroller';

describe('autoscroll', () => {
  let page: PanelPage;
  let scroller: Scroller;
  beforeEach(() => {
    page = new PanelPage();
    scroller = new Scroller(page.one('log'), page);
    page.snapshot([exchange('a')]);
  });
  afterEach(() => page.dispose());

  it('keeps the end in view while the answer grows', () => {
    scroller.grow(300);
    assert.equal(scroller.distanceFromEnd, 0);
  });

  it('stops following the end immediately when the user turns the wheel up', () => {
    scroller.element.dispatchEvent(new page.window.WheelEvent('wheel', { deltaY: -1 }));
    scroller.grow(300);
    assert.equal(scroller.distanceFromEnd, 300);
  });

  it('follows the end again when the user reaches it with the wheel', () => {
    scroller.wheel(-100);
    scroller.grow(300);
    scroller.wheel(1000);
    scroller.grow(300);
    assert.equal(scroller.distanceFromEnd, 0);
  });

  it('does not follow the end when the user turns the wheel down but stops before the end', () => {
    scroller.wheel(-300);
    scroller.wheel(100);
    scroller.grow(50);
    assert.equal(scroller.distanceFromEnd, 250);
  });

  it('keeps following the end when the browser, not the user, scrolls', () => {
    scroller.moveTo(100);
    scroller.grow(10);
    assert.equal(scroller.distanceFromEnd, 0);
  });

  it('keeps following the end when the user turns the wheel but there is nothing to scroll', () => {
    scroller.height = 300;
    scroller.wheel(-100);
    scroller.grow(900);
    assert.equal(scroller.distanceFromEnd, 0);
  });

  it('stops and resumes following the end when the user drags the scroll bar', () => {
    scroller.fire('pointerdown');
    scroller.moveTo(100);
    page.window.dispatchEvent(new page.window.Event('pointerup'));
    scroller.grow(100);
    assert.equal(scroller.distanceFromEnd, 600);
    scroller.fire('pointerdown');
    scroller.moveTo(10_000);
    page.window.dispatchEvent(new page.window.Event('pointerup'));
    scroller.grow(100);
    assert.equal(scroller.distanceFromEnd, 0);
  });

  for (const end of ['pointerup', 'pointercancel']) {
    it(`keeps following the end when the browser scrolls after the event ${end}`, () => {
      scroller.fire('pointerdown');
      page.window.dispatchEvent(new page.window.Event(end));
      scroller.moveTo(100);
      scroller.grow(10);
      assert.equal(scroller.distanceFromEnd, 0);
    });
  }

  it('stops following the end with Page Up and follows it again with End', () => {
    page.key('PageUp', {}, scroller.element);
    scroller.moveTo(200);
    scroller.fire('scrollend');
    scroller.grow(100);
    assert.notEqual(scroller.distanceFromEnd, 0);
    page.key('End', {}, scroller.element);
    scroller.moveTo(10_000);
    scroller.grow(100);
    assert.equal(scroller.distanceFromEnd, 0);
  });

  it('follows the end again when `scrollend` comes before the last `scroll` event, as in Chromium', () => {
    scroller.wheel(-300);
    page.key('End', {}, scroller.element);
    scroller.moveTo(10_000, ['scrollend', 'scroll']);
    scroller.grow(100);
    assert.equal(scroller.distanceFromEnd, 0);
  });

  it('keeps following the end when the scroll event that autoscroll has caused arrives after the content has grown', () => {
    page.key('Shift', {}, scroller.element);
    scroller.height += 500;
    scroller.fire('scroll');
    scroller.grow(0);
    assert.equal(scroller.distanceFromEnd, 0);
  });

  it('follows the end again when the user sends a prompt', () => {
    scroller.wheel(-300);
    page.type('next');
    page.key('Enter');
    scroller.grow(100);
    assert.equal(scroller.distanceFromEnd, 0);
  });

  it('does not scroll to the end when an older turn changes', () => {
    scroller.wheel(-300);
    page.receive({ type: 'exchange', exchange: exchange('a') });
    scroller.grow(100);
    assert.equal(scroller.distanceFromEnd, 400);
  });

  const jump = (): HTMLElement | undefined => page.all('button', 'Jump to latest')[0];

  it('shows *Jump to latest* only while it does not follow the end', () => {
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

  it('hides *Jump to latest* when the user has scrolled to the end', () => {
    scroller.wheel(-300);
    scroller.wheel(1000);
    assert.equal(jump(), undefined);
  });

  it('marks *Jump to latest* when content arrives, until the user returns to the end', () => {
    page.events('a', ev.attempt());
    scroller.wheel(-300);
    assert.equal(jump()?.hasAttribute('data-news'), false);
    page.events('a', ev.text('Hi'));
    assert.equal(jump()?.hasAttribute('data-news'), true);
    scroller.wheel(1000);
    scroller.wheel(-300);
    assert.equal(jump()?.hasAttribute('data-news'), false);
  });

  it('follows the end again when the user presses End in an article', () => {
    scroller.wheel(-300);
    page.all('article')[0]!.focus();
    page.key('End', {}, page.all('article')[0]);
    assert.equal(scroller.distanceFromEnd, 0);
    scroller.grow(100);
    assert.equal(scroller.distanceFromEnd, 0);
  });

  it('follows the end when a version is regenerated, but not when an existing version is shown', () => {
    scroller.wheel(-300);
    const done = [ev.attempt(), ev.text('Hi'), ev.done('Hi')].reduce(reduceTurn, initialTurn);
    page.receive({ type: 'path', exchanges: [exchange('b', { state: done })] });
    scroller.grow(100);
    assert.equal(scroller.distanceFromEnd, 400);
    page.receive({ type: 'path', exchanges: [exchange('c')] });
    assert.equal(scroller.distanceFromEnd, 0);
  });

  it('turns off scroll anchoring of the browser only while it follows the end', () => {
    assert.equal(scroller.element.hasAttribute('data-following'), true);
    scroller.wheel(-300);
    assert.equal(scroller.element.hasAttribute('data-following'), false);
  });
});
