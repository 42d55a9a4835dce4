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
    const announcement = announcementFor(englishWords, event, before, state);
    before = state;
    return announcement ?? [];
  });
}

describe('screen reader announcer after a broken stream', () => {
  const resumeMethods = [
    ['continue', 'Connection lost. Getting the rest of the answer…'],
    ['restart', 'Connection lost. Restarting the answer… The current text stays until the new answer is longer.'],
    [undefined, 'Connection lost. Waiting for the answer'],
  ] as const;
  for (const [how, announcement] of resumeMethods) {
    it(`announces several attempts to resume the answer only once (${how ?? 'same request'})`, () => {
      const attempt = (number: number): StreamEvent => ev.attempt({ attempt: number, why: 'resume', how });
      assert.deepEqual(announcements(ev.attempt(), ev.text('Hi'), ev.cut(), attempt(2), attempt(3), ev.resumed()), [
        'Waiting for the answer',
        announcement,
        'Answer resumed',
      ]);
    });
  }

  it('announces only the broken connection if a wait is shorter than 3 s', () => {
    const brief = ev.waiting({ delayMs: 1000 });
    const resume = ev.attempt({ attempt: 2, why: 'resume', how: 'continue' });
    assert.deepEqual(announcements(ev.attempt(), ev.text('Hi'), ev.cut(), brief, brief, resume), [
      'Waiting for the answer',
      'Connection lost.',
    ]);
  });

  it('announces that the answer is resumed, but not the attempt after the wait', () => {
    const resume = ev.attempt({ attempt: 2, why: 'resume', how: 'continue' });
    assert.deepEqual(announcements(ev.attempt(), ev.text('Hi'), ev.cut(), ev.waiting(), resume, ev.resumed()), [
      'Waiting for the answer',
      'Rate limited. Retrying in 4 s',
      'Answer resumed',
    ]);
  });
});

describe('screen reader announcer after a gateway switch', () => {
  const first = ev.attempt({ gateway: refOf('https://api.example') });
  const second = (fields: Parameters<typeof ev.attempt>[0] = {}): StreamEvent =>
    ev.attempt({ attempt: 2, why: 'switch', gateway: refOf('https://backup.example'), ...fields });
  const sentence = "Sent to backup.example, because api.example couldn't be reached (host not found).";

  it('announces the switch only once, when the first attempt at the new gateway starts', () => {
    assert.deepEqual(announcements(first, ev.gateway(), second(), second({ attempt: 3, why: 'retry' })), [
      'Waiting for the answer',
      sentence,
    ]);
  });

  it('announces a switch before the first attempt of the turn', () =>
    assert.deepEqual(announcements(ev.gateway(), second({ attempt: 1, why: 'first' })), [
      `${sentence} Waiting for the answer`,
    ]));

  it('announces the switch first and then the request for the rest of the answer', () => {
    const resume = second({ why: 'resume', how: 'continue' });
    assert.deepEqual(announcements(first, ev.text('Hel'), ev.cut(), ev.gateway({ reason: 'user' }), resume), [
      'Waiting for the answer',
      'Switched to backup.example. Connection lost. Getting the rest of the answer…',
    ]);
  });

  it('announces the switch after the wait if the turn waits at the new gateway', () =>
    assert.deepEqual(announcements(first, ev.gateway(), ev.waiting(), second()), [
      'Waiting for the answer',
      'Rate limited. Retrying in 4 s',
      sentence,
    ]));

  it('announces the switch back to the first gateway', () => {
    const back = ev.gateway({
      from: refOf('https://backup.example'),
      to: refOf('https://api.example'),
      reason: 'user',
    });
    const third = second({ attempt: 3, gateway: refOf('https://api.example') });
    assert.deepEqual(announcements(first, ev.gateway(), second(), back, third).at(-1), 'Switched to api.example.');
  });
});
