import assert from 'node:assert/strict';
import { completedSteps, followWalkthroughSteps } from '../../../src/host/walkthrough/walkthroughProgress';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { attempt, text } from '../../support/host/scriptedEngine';
import { openWindow } from '../../support/host/conversationWindow';

const code = { kind: 'selection' as const, label: 'app.ts:1-3', languageId: 'typescript', code: 'x' };

describe('completed steps of the walkthrough', () => {
  it('include "Ask your first question" after a request', () => {
    assert.deepEqual(completedSteps({}, text('x')), []);
    assert.deepEqual(completedSteps({}, attempt()), ['holysheep.hasAsked']);
  });

  it('include "Explain some code" after a prompt with an attached selection', () => {
    const withSelection = completedSteps({ attachments: [code] }, attempt());
    assert.deepEqual(withSelection, ['holysheep.hasAsked', 'holysheep.hasAskedAboutCode']);
  });

  it('do not include "Explain some code" after a prompt with only an attached file', () => {
    assert.deepEqual(completedSteps({ attachments: [{ ...code, kind: 'file' }] }, attempt()), ['holysheep.hasAsked']);
  });

  it('include "Watch a retry" after a turn has made a second attempt', () => {
    assert.deepEqual(completedSteps({}, attempt('m', 2)), ['holysheep.hasAsked', 'holysheep.hasSeenRetry']);
  });
});

describe('context keys that complete walkthrough steps', () => {
  let folder: string;
  beforeEach(() => (folder = temporaryFolder()));
  afterEach(() => removeTemporaryFolder(folder));

  it('become true and then false, so that VS Code notices the next completion', async () => {
    const { conversations, talk } = openWindow({ folder, memory: new Map(), limit: 10, epoch: 0 });
    const changes: string[] = [];
    const subscription = followWalkthroughSteps(conversations, (key, value) => changes.push(`${key}=${value}`));
    await talk(['Hi', 'an answer'], ['And?', 'another']);
    const once = ['holysheep.hasAsked=true', 'holysheep.hasAsked=false'];
    assert.deepEqual(changes, [...once, ...once]);
    subscription.dispose();
    await talk(['More', 'another']);
    assert.equal(changes.length, 4);
  });
});
