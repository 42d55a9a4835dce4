import assert from 'node:assert/strict';
import { createFormat } from '../../../src/shared/format';
import { panelStrings } from '../../../src/shared/panelStrings';
import { initialTurn, reduceTurn, type ConnectionView } from '../../../src/shared/protocol';
import { ev } from '../panel/support/events';
import { connected, exchange, startOfTime, usePage, type PanelPage } from '../panel/support/panelPage';

const until = startOfTime + 5_400_000;
const otherGateway = { id: 'https://openrouter.ai/api/v1', label: 'OpenRouter' };
const limited = { until, blockKind: 'cooldown' } as const;
const refused = [
  ev.failed({ kind: 'rate-limit', message: 'Rate limited.', actions: ['sendLater', 'retryNow'], resetsAt: until }),
].reduce(reduceTurn, initialTurn);

describe('notice of a rate limit', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened));

  const show = (cooldown: ConnectionView['cooldown'], items = [exchange('a', { state: initialTurn })]): void =>
    page.snapshot(items, { connection: { ...connected, cooldown } });
  const shown = (): string => page.root.querySelector('.notice-area .notice')?.textContent ?? '';
  const time = createFormat('en', panelStrings).timeOfDay(until, { now: startOfTime });

  it('tells before the next prompt when the limit of its model ends', () => {
    show(limited, []);
    assert.equal(shown(), `gpt-4o is rate limited until ${time}.Switch model`);
  });

  it('offers the gateway that has no limit, by its name', () => {
    show({ ...limited, otherGateway }, []);
    page.click('Use OpenRouter');
    assert.deepEqual(page.posted.at(-1), { type: 'useGateway', gateway: otherGateway.id });
  });

  it('offers another model for the draft', () => {
    show(limited, []);
    page.type('Hello');
    page.click('Switch model');
    assert.deepEqual(page.posted.at(-1), { type: 'selectModel', prompt: 'Hello' });
  });

  it('disappears when the limit ends', () => {
    show(limited, []);
    page.clock.advance(until - startOfTime);
    assert.equal(shown(), '');
  });

  it('disappears when the next prompt goes to another gateway', () => {
    show(limited, []);
    page.receive({ type: 'connection', connection: connected, suggestions: [] });
    assert.equal(shown(), '');
  });

  it('stays dismissed until the limit changes', () => {
    show(limited, []);
    page.click('Dismiss');
    page.receive({ type: 'connection', connection: { ...connected, cooldown: limited }, suggestions: [] });
    assert.equal(shown(), '');
    const later = { ...limited, until: until + 3_600_000 };
    page.receive({ type: 'connection', connection: { ...connected, cooldown: later }, suggestions: [] });
    assert.match(shown(), /rate limited/);
  });

  it('is replaced by the failure card of the limit until the user types the next prompt', () => {
    show(limited, [exchange('a', { state: refused })]);
    assert.equal(shown(), '');
    page.type('Hello');
    assert.match(shown(), /rate limited/);
  });

  for (const { situation, cooldown, items } of [
    { situation: 'for a limit of a few seconds', cooldown: { ...limited, until: startOfTime + 20_000 }, items: [] },
    { situation: 'for an open circuit breaker', cooldown: { until, blockKind: 'breaker' }, items: [] },
    {
      situation: 'while a turn is running',
      cooldown: limited,
      items: [exchange('a', { state: reduceTurn(initialTurn, ev.attempt()) })],
    },
  ] as const) {
    it(`is not shown ${situation}`, () => {
      show(cooldown, [...items]);
      assert.equal(shown(), '');
    });
  }
});
