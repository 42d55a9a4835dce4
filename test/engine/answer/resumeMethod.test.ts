import assert from 'node:assert/strict';
import { longestJoin, resumeMethod, type Broken } from '../../../src/engine/answer/resumeMethod';

const text = 'Half a sentence, and';
const broken: Broken = { text, reasoned: false, calledTools: false, joinsRefused: false, prefill: undefined };

type Way = ReturnType<typeof resumeMethod>;

const table: readonly (readonly [what: string, broken: Partial<Broken>, way: Way])[] = [
  ['of which nothing has been seen is asked for again', { text: '' }, 'replay'],
  ['of which nothing has been seen is asked for again, prefill or not', { text: '', prefill: 'assistant' }, 'replay'],
  ['of which only the thinking was seen starts again', { text: '', reasoned: true }, 'restart'],
  ['of which only a tool call was seen starts again', { text: '', calledTools: true }, 'restart'],
  ['that is white space so far starts again', { text: ' \n', prefill: 'assistant' }, 'restart'],
  ['that was calling a tool starts again', { calledTools: true, prefill: 'prefix' }, 'restart'],
  ['with text is continued', {}, 'continue'],
  ['is prefilled where the model takes it', { prefill: 'assistant' }, 'prefill'],
  ['is prefilled with a sign where the model wants one', { prefill: 'prefix' }, 'prefill'],
  ['that was thought about is not prefilled', { reasoned: true, prefill: 'assistant' }, 'continue'],
  ['starts again where no request for the rest is taken', { joinsRefused: true }, 'restart'],
  ['starts again there although a prefill is known', { joinsRefused: true, prefill: 'prefix' }, 'restart'],
  ['of 60,000 characters is continued', { text: 'x'.repeat(60_000) }, 'continue'],
  ['of more than 60,000 characters starts again', { text: 'x'.repeat(60_001), prefill: 'prefix' }, 'restart'],
];

describe('a broken answer', () => {
  for (const [what, given, way] of table) {
    it(what, () => assert.equal(resumeMethod({ ...broken, ...given }), way));
  }

  it('is long from the number on that the documentation gives', () => assert.equal(longestJoin, 60_000));
});
