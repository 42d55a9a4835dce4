import assert from 'node:assert/strict';
import { createMenu } from '../../../src/webview/util/menu';
import { usePage, type PanelPage } from '../panel/support/panelPage';

describe('menu', () => {
  let page: PanelPage;
  let chosen: string[];
  usePage((opened) => (page = opened));
  beforeEach(() => {
    chosen = [];
    const captions = ['Copy', 'Export', 'Export all', 'Delete'];
    const items = captions.map((caption) => ({ caption, title: `${caption} it`, choose: () => chosen.push(caption) }));
    page.root.replaceChildren(...createMenu('More actions', () => items));
  });

  const focused = (): string | null | undefined => page.window.document.activeElement?.textContent;
  const isOpen = (): boolean => page.all('menu').length > 0;
  const press = (key: string, modifiers = {}): boolean => page.key(key, modifiers, page.window.document.activeElement!);

  it('opens with the focus on its first item', () => {
    const trigger = page.one('button', 'More actions');
    assert.deepEqual([trigger.ariaHasPopup, trigger.title, isOpen()], ['menu', 'More actions', false]);
    trigger.click();
    assert.equal(page.one('menu').ariaLabel, 'More actions');
    assert.deepEqual([focused(), page.one('menuitem', 'Export').title], ['Copy', 'Export it']);
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

  it('moves the focus to the item under the mouse', () => {
    page.click('More actions');
    page.one('menuitem', 'Delete').dispatchEvent(new page.window.MouseEvent('mousemove'));
    assert.equal(focused(), 'Delete');
  });

  it('opens when an arrow key is pressed on its button', () => {
    for (const key of ['ArrowDown', 'ArrowUp']) {
      page.one('button', 'More actions').focus();
      assert.deepEqual([press(key), isOpen(), focused()], [true, true, 'Copy']);
      press('Tab');
    }
  });

  const scroll = (target: Element): boolean => target.dispatchEvent(new page.window.Event('scroll'));

  it('remains open when its own content scrolls', () => {
    page.click('More actions');
    scroll(page.one('menu'));
    assert.equal(isOpen(), true);
  });

  it('closes when the page scrolls', () => {
    page.click('More actions');
    scroll(page.root);
    assert.equal(isOpen(), false);
  });

  it('closes when another part of VS Code gets the focus', () => {
    page.click('More actions');
    page.hasFocus = false;
    page.window.dispatchEvent(new page.window.Event('blur'));
    assert.deepEqual([isOpen(), page.window.document.activeElement], [false, page.window.document.body]);
  });

  it("leaves keys that it doesn't use to the browser", () => {
    page.click('More actions');
    assert.equal(press('x'), false);
    for (const modifier of ['ctrlKey', 'metaKey', 'altKey']) assert.equal(press('d', { [modifier]: true }), false);
    assert.deepEqual([focused(), isOpen()], ['Copy', true]);
  });

  it('closes with Tab', () => {
    page.click('More actions');
    assert.equal(press('Tab'), false);
    assert.equal(isOpen(), false);
  });

  it('closes with Escape without stopping the turn', () => {
    page.add('a');
    page.click('More actions');
    assert.deepEqual([press('Escape'), page.posted], [false, []]);
    page.key('Escape', {}, page.root);
    assert.deepEqual(page.posted, [{ type: 'stop', answerId: 'a' }]);
  });

  /** Chooses the second of two alternatives, and opens their menu again. */
  const chooseHigh = (): void => {
    let checked = 'Low';
    const items = () =>
      ['Low', 'High'].map((caption) => ({
        caption,
        detail: `${caption} it is`,
        isChecked: caption === checked,
        choose: () => (checked = caption),
      }));
    page.root.replaceChildren(...createMenu('Level', items));
    page.click('Level');
    page.one('menuitemradio', 'High').click();
    page.click('Level');
  };

  it('marks the chosen item as checked if only one item can be selected', () => {
    chooseHigh();
    assert.deepEqual(
      page
        .all('menuitemradio')
        .map((item) => [item.ariaLabel, item.getAttribute('aria-description'), item.ariaChecked]),
      [
        ['Low', 'Low it is', 'false'],
        ['High', 'High it is', 'true'],
      ],
    );
  });

  it('opens with the focus on the checked item if only one item can be selected', () => {
    chooseHigh();
    assert.equal(page.window.document.activeElement, page.one('menuitemradio', 'High'));
    press('l');
    assert.equal(page.window.document.activeElement, page.one('menuitemradio', 'Low'));
  });

  it('closes when an item is chosen', () => {
    page.click('More actions');
    page.one('menuitem', 'Export').click();
    assert.deepEqual([chosen, isOpen()], [['Export'], false]);
  });
});
