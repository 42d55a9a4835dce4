import assert from 'node:assert/strict';
import type { WireCase } from '../wireCase';
import { answers, cut } from '../wireReplies';

const keyringFails = (): Promise<never> =>
  Promise.reject(Object.assign(new Error('The keyring is locked.'), { connectionProblem: 'keyring' }));
const defect = (): Promise<never> => Promise.reject(new TypeError('connection is undefined'));

/** Rows 71 and 72: what fails on the user's own machine. */
export const host: readonly WireCase[] = [
  {
    row: 71,
    fault: "the key can't be read from the keyring",
    replies: () => [answers],
    before: (stage) => void (stage.connect = keyringFails),
    after: ({ gateway }) => assert.equal(gateway.requests.length, 0),
    expected: 'failed keyring [retryNow setApiKey showLog]',
  },
  {
    row: 71,
    fault: "the key can't be read from the keyring when a cut answer is resumed",
    replies: (stage) => [cut(stage, 'reset')],
    on: ({ type }, stage) => {
      if (type === 'cut') stage.connect = keyringFails;
    },
    after: ({ gateway }) => assert.equal(gateway.requests.length, 1),
    expected:
      '200 → text → row 42 → cut connection → waiting backoff connection → ' +
      'failed keyring, partial answer [retryNow setApiKey showLog continue restart]',
  },
  {
    row: 72,
    fault: 'a defect of the extension',
    replies: () => [answers],
    before: (stage) => void (stage.connect = defect),
    after: ({ gateway }) => assert.equal(gateway.requests.length, 0),
    expected: 'failed internal [showLog exportDiagnostics retryNow]',
  },
  {
    row: 72,
    fault: 'a defect of the extension after a part of the answer; the partial answer is kept',
    replies: (stage) => [cut(stage, 'reset')],
    on: ({ type }, stage) => {
      if (type === 'cut') stage.connect = defect;
    },
    after: ({ gateway }) => assert.equal(gateway.requests.length, 1),
    expected:
      '200 → text → row 42 → cut connection → waiting backoff connection → ' +
      'failed internal, partial answer [showLog exportDiagnostics retryNow continue restart]',
  },
];
