import assert from 'node:assert/strict';
import type { WireCase } from '../wireCase';
import { answers, cutAfterText } from '../wireReplies';

const keyringFails = (): Promise<never> =>
  Promise.reject(Object.assign(new Error('The keyring is locked.'), { connectionProblem: 'keyring' }));
const defect = (): Promise<never> => Promise.reject(new TypeError('connection is undefined'));

/** Faults on the user's computer: a locked keyring and defects of the extension. */
export const host: readonly WireCase[] = [
  {
    row: 71,
    title: 'the keyring is locked',
    replies: () => [answers],
    before: (fixture) => void (fixture.connect = keyringFails),
    after: ({ gateway }) => assert.equal(gateway.requests.length, 0),
    expected: 'failed keyring [retryNow setApiKey showLog]',
  },
  {
    row: 71,
    title: 'the keyring is locked when an answer whose stream broke is resumed',
    replies: (fixture) => [cutAfterText(fixture, 'reset')],
    onEvent: ({ type }, fixture) => {
      if (type === 'cut') fixture.connect = keyringFails;
    },
    after: ({ gateway }) => assert.equal(gateway.requests.length, 1),
    expected:
      '200 → text → row 42 → cut connection → waiting backoff connection → ' +
      'failed keyring, partial answer [retryNow setApiKey showLog continue restart]',
  },
  {
    row: 72,
    title: 'a defect of the extension',
    replies: () => [answers],
    before: (fixture) => void (fixture.connect = defect),
    after: ({ gateway }) => assert.equal(gateway.requests.length, 0),
    expected: 'failed internal [showLog exportDiagnostics retryNow]',
  },
  {
    row: 72,
    title: 'a defect of the extension after part of the answer, which is kept',
    replies: (fixture) => [cutAfterText(fixture, 'reset')],
    onEvent: ({ type }, fixture) => {
      if (type === 'cut') fixture.connect = defect;
    },
    after: ({ gateway }) => assert.equal(gateway.requests.length, 1),
    expected:
      '200 → text → row 42 → cut connection → waiting backoff connection → ' +
      'failed internal, partial answer [showLog exportDiagnostics retryNow continue restart]',
  },
];
