import assert from 'node:assert/strict';
import { createMenu, isMenu } from '../../../src/webview/util/menu';
import { PanelPage } from '../panel/support/panelPage';

describe('menu', () => {
  let page: PanelPage;
  let chosen: string[];
  let captions: readonly string[];
  beforeEach(() => {
    page = new PanelPage();
    chosen = [];
    captions = ['Copy', 'Export', 'Export all', 'Delete'];
    const listItems = () =>
      captions.map((caption) => ({ caption, title: `${caption} it`, choose: () => chosen.push(caption) }));
    page.root.replaceChildren(...createMenu('More actions', 'ellipsis', listItems));
  });
  afterEach(() => page.dispose());

  const focused = (): string | null | undefined => page.window.document.activeElement?.textContent;
  const press = (key: string): boolean => page.key(key, {}, page.window.document.activeElement!);

  it('opens at its button with the focus on the first item', () => {
    const trigger = page.one('button', 'More actions');
    assert.deepEqual([trigger.ariaHasPopup, trigger.title, page.all('menuitem').length], ['menu', 'More actions', 0]);
    trigger.click();
    assert.equal(page.one('menu').ariaLabel, 'More actions');
    assert.deepEqual([focused(), page.one('menuitem', 'Export').title], ['Copy', 'Export it']);
    assert.deepEqual([isMenu(page.window.document.activeElement), isMenu(trigger)], [true, false]);
  });

  it('lists its items anew each time it opens', () => {
    page.click('More actions');
    page.click('More actions');
    captions = ['Copy'];
    page.click('More actions');
    assert.equal(page.all('menuitem').length, 1);
  });

  for (const [keys, item] of [
    [['ArrowDown'], 'Export'],
    [['ArrowUp'], 'Delete'],
    [['End', 'ArrowDown'], 'Copy'],
    [['End', 'ArrowUp'], 'Export all'],
    [['End', 'Home'], 'Copy'],
    [['d'], 'Delete'],
    [['E'], 'Export'],
    [['e', 'e'], 'Export all'],
    [['e', 'e', 'e'], 'Export'],
  ] as const) {
    it(`moves the focus from the first item to *${item}* with ${keys.join(' ')}`, () => {
      page.click('More actions');
      assert.deepEqual([...new Set(keys.map((key) => press(key)))], [true]);
      assert.equal(focused(), item);
    });
  }

  it('leaves other keys to the browser, and closes with Tab', () => {
    page.click('More actions');
    assert.equal(press('x'), false);
    assert.equal(page.all('menuitem').length, 4);
    assert.equal(press('Tab'), false);
    assert.equal(page.all('menuitem').length, 0);
  });

  it('is closed when an item is chosen', () => {
    page.click('More actions');
    page.one('menuitem', 'Export').click();
    assert.deepEqual([chosen, page.all('menuitem').length], [['Export'], 0]);
  });
});
