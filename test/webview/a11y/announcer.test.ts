import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events/events';
import { initialTurn, reduceTurn } from '../../../src/shared/protocol';
import { announcementFor } from '../../../src/webview/a11y/announcer';
import { englishWords } from '../../support/englishWords';
import { ev } from '../panel/support/events';
import { refOf } from '../../support/gatewayRef';

/** Returns all announcements for the events of a turn. */
function announcements(...events: readonly StreamEvent[]): readonly string[] {
  let before = initialTurn;
  return events.flatMap((event) => {
    const state = reduceTurn(before, event);
    const announcement = announcementFor(englishWords, event, { before, state });
    before = state;
    return announcement ?? [];
  });
}

describe('announcement of a resume', () => {
  const resumeMethods = [
    ['continue', 'Connection lost. Getting the rest of the answer…'],
    ['restart', 'Connection lost. Restarting the answer… The current text stays until the new answer is longer.'],
    [undefined, 'Connection lost. Waiting for the answer'],
  ] as const;
  for (const [how, announcement] of resumeMethods) {
    it(`is made once for several attempts, and again when the answer is resumed (${how ?? 'same request'})`, () => {
      const attempt = (number: number): StreamEvent => ev.attempt({ attempt: number, why: 'resume', how });
      assert.deepEqual(announcements(ev.attempt(), ev.text('Hi'), ev.cut(), attempt(2), attempt(3), ev.resumed()), [
        'Waiting for the answer',
        announcement,
        'Answer resumed',
      ]);
    });
  }

  it('names only the cut if a wait is too brief to be announced', () => {
    const brief = ev.waiting({ delayMs: 1000 });
    const resume = ev.attempt({ attempt: 2, why: 'resume', how: 'continue' });
    assert.deepEqual(announcements(ev.attempt(), ev.text('Hi'), ev.cut(), brief, brief, resume), [
      'Waiting for the answer',
      'Connection lost.',
    ]);
  });

  it('is not made by the attempt after a wait', () => {
    const resume = ev.attempt({ attempt: 2, why: 'resume', how: 'continue' });
    assert.deepEqual(announcements(ev.attempt(), ev.text('Hi'), ev.cut(), ev.waiting(), resume, ev.resumed()), [
      'Waiting for the answer',
      'Rate limited. Retrying in 4 s',
      'Answer resumed',
    ]);
  });
});

describe('announcement of a gateway switch', () => {
  const first = ev.attempt({ gateway: refOf('https://api.example') });
  const second = (fields: Parameters<typeof ev.attempt>[0] = {}): StreamEvent =>
    ev.attempt({ attempt: 2, why: 'switch', gateway: refOf('https://backup.example'), ...fields });
  const sentence = "Sent to backup.example, because api.example couldn't be reached (host not found).";

  it('is made once, with the first attempt that uses the new gateway', () => {
    assert.deepEqual(announcements(first, ev.gateway(), second(), second({ attempt: 3, why: 'retry' })), [
      'Waiting for the answer',
      sentence,
    ]);
  });

  it('precedes the announcement of the first attempt', () =>
    assert.deepEqual(announcements(ev.gateway(), second({ attempt: 1, why: 'first' })), [
      `${sentence} Waiting for the answer`,
    ]));

  it('precedes the announcement that the rest of the answer is requested', () => {
    const resume = second({ why: 'resume', how: 'continue' });
    assert.deepEqual(announcements(first, ev.text('Hel'), ev.cut(), ev.gateway({ reason: 'user' }), resume), [
      'Waiting for the answer',
      'Switched to backup.example. Connection lost. Getting the rest of the answer…',
    ]);
  });

  it('follows the announcement of a wait on the new gateway', () =>
    assert.deepEqual(announcements(first, ev.gateway(), ev.waiting(), second()), [
      'Waiting for the answer',
      'Rate limited. Retrying in 4 s',
      sentence,
    ]));

  it('is made again when the turn returns to its first gateway', () => {
    const back = ev.gateway({
      from: refOf('https://backup.example'),
      to: refOf('https://api.example'),
      reason: 'user',
    });
    const third = second({ attempt: 3, gateway: refOf('https://api.example') });
    assert.deepEqual(announcements(first, ev.gateway(), second(), back, third).at(-1), 'Switched to api.example.');
  });
});
