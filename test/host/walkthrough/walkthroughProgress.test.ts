import assert from 'node:assert/strict';
import { completedSteps, followWalkthroughSteps } from '../../../src/host/walkthrough/walkthroughProgress';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { attempt, text } from '../conversation/scriptedEngine';
import { openWindow } from '../journal/window';

const code = { label: 'app.ts:1-3', languageId: 'typescript', code: 'x' };

describe('the completed steps of the walkthrough', () => {
  it('include asking once a request has gone out', () => {
    assert.deepEqual(completedSteps({}, text('x')), []);
    assert.deepEqual(completedSteps({}, attempt()), ['holysheep.hasAsked']);
  });

  it('include code when a selection went along, not when only a file did', () => {
    assert.deepEqual(completedSteps({ attachments: [{ ...code, kind: 'file' }] }, attempt()), ['holysheep.hasAsked']);
    const withSelection = completedSteps({ attachments: [code] }, attempt());
    assert.deepEqual(withSelection, ['holysheep.hasAsked', 'holysheep.hasAskedAboutCode']);
  });

  it('include the retry with the second attempt at an answer', () => {
    assert.deepEqual(completedSteps({}, attempt('m', 2)), ['holysheep.hasAsked', 'holysheep.hasSeenRetry']);
  });
});

describe('the context keys of the walkthrough', () => {
  let folder: string;
  beforeEach(() => (folder = temporaryFolder()));
  afterEach(() => removeTemporaryFolder(folder));

  it('become true for a moment with each attempt, because VS Code may not have known the walkthrough before', async () => {
    const { conversations, talk } = openWindow({ folder, memory: new Map(), limit: 10, epoch: 0 });
    const set: string[] = [];
    const followed = followWalkthroughSteps(conversations, (key, value) => set.push(`${key}=${value}`));
    await talk(['Hi', 'an answer'], ['And?', 'another']);
    const once = ['holysheep.hasAsked=true', 'holysheep.hasAsked=false'];
    assert.deepEqual(set, [...once, ...once]);
    followed.dispose();
    await talk(['More', 'another']);
    assert.equal(set.length, 4);
  });
});
