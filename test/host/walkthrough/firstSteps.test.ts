import assert from 'node:assert/strict';
import { FirstSteps } from '../../../src/host/walkthrough/firstSteps';
import { attempt, done, text } from '../conversation/scriptedEngine';

const code = { label: 'app.ts:1-3', languageId: 'typescript', code: 'x' };

const told = (...keys: readonly string[]): readonly string[] =>
  keys.flatMap((key) => [`holysheep.${key}=true`, `holysheep.${key}=false`]);

describe('the first steps', () => {
  let set: string[];
  let steps: FirstSteps;
  beforeEach(() => {
    set = [];
    steps = new FirstSteps((key, value) => set.push(`${key}=${value}`));
  });

  it('have a key when there is one of the user, not when the demo has its own', () => {
    steps.connection({ hasKey: false, demo: false });
    assert.deepEqual(set, []);
    steps.connection({ hasKey: true, demo: true });
    assert.deepEqual(set, told('inDemo'));
    steps.connection({ hasKey: true, demo: false });
    steps.connection({ hasKey: true, demo: false });
    assert.deepEqual(set, told('inDemo', 'hasKey'));
  });

  it('have asked once a request has gone out, and say so each time: VS Code may not have known the walkthrough', () => {
    steps.turn({}, text('x'));
    assert.deepEqual(set, []);
    for (const event of [attempt(), text('x'), done('x'), attempt()]) steps.turn({}, event);
    assert.deepEqual(set, told('hasAsked', 'hasAsked'));
  });

  it('have asked about code when a selection went along, not when only a file did', () => {
    steps.turn({ attachments: [{ ...code, kind: 'file' }] }, attempt());
    assert.deepEqual(set, told('hasAsked'));
    steps.turn({ attachments: [code] }, attempt());
    assert.deepEqual(set, told('hasAsked', 'hasAsked', 'hasAskedAboutCode'));
  });

  it('have seen a retry with the second attempt at an answer', () => {
    steps.turn({}, attempt('m', 1));
    steps.turn({}, attempt('m', 2));
    assert.deepEqual(set, told('hasAsked', 'hasAsked', 'hasSeenRetry'));
  });

  it('tell a walkthrough that is opened later what is true by then', () => {
    steps.sayAgain();
    assert.deepEqual(set, []);
    steps.connection({ hasKey: false, demo: true });
    steps.connection({ hasKey: true, demo: false });
    steps.turn({}, attempt());
    set.length = 0;
    steps.sayAgain();
    assert.deepEqual(set, told('hasKey', 'hasAsked'));
  });
});
