import assert from 'node:assert/strict';
import { readJsonError, readProviderError, type ProviderError } from '../../../src/engine/faults/providerError';

const silent: ProviderError = {
  message: '',
  searchText: '',
  wrapperMessage: '',
  codes: [],
  param: '',
  status: undefined,
};
const said = (message: string): ProviderError => ({ ...silent, message, searchText: message });

const cases: readonly (readonly [name: string, body: unknown, error: ProviderError])[] = [
  ['nothing', '', silent],
  ['null', 'null', silent],
  ['a number', '42', silent],
  ['an error that is a number', { error: 42 }, silent],
  ['a web page', '\n <html>no</html>', silent],
  ['plain words', ' slow\n\n  down ', said('slow down')],
  ['words in JSON', '"slow down"', said('slow down')],
  ['an error that is a sentence', { error: 'no', code: 'x' }, { ...said('no'), codes: ['x'] }],
  ['blanks around a message', { error: { message: '  no\t' } }, said('no')],
  ['a message of another kind', { error: { message: ['{"message":"inner"}'], code: 1 } }, { ...silent, codes: ['1'] }],
  ['a name of its own for the message', { error_msg: 'Baidu', error_code: 17 }, { ...said('Baidu'), codes: ['17'] }],
  ['another name for the message', { msg: 'no' }, said('no')],
  ['a detail', { detail: 'no' }, said('no')],
  [
    'a place of several steps (FastAPI)',
    { detail: [{ loc: ['body', 'messages', 0, 'content'], msg: 'too long' }] },
    { ...said('content: too long'), param: 'content' },
  ],
  ['a parameter', { error: { message: 'no', param: 'top_p' } }, { ...said('no'), param: 'top_p' }],
  [
    'a parameter of the error and one of the error inside',
    { message: '{"message":"no","param":"inner"}', param: 'outer' },
    { ...said('no'), wrapperMessage: '{"message":"no","param":"inner"}', param: 'outer' },
  ],
  [
    'a parameter of the error inside',
    { message: '{"message":"no","param":"inner"}' },
    { ...said('no'), wrapperMessage: '{"message":"no","param":"inner"}', param: 'inner' },
  ],
  [
    'an error inside a message, after blanks',
    { message: ' \n{"message":"no"}' },
    { ...said('no'), wrapperMessage: ' \n{"message":"no"}' },
  ],
  [
    'an error quoted in a sentence (LiteLLM)',
    { message: 'Failed - {"error":{"message":"no","code":"x"}}. Bye' },
    { ...said('no'), wrapperMessage: 'Failed - {"error":{"message":"no","code":"x"}}. Bye', codes: ['x'] },
  ],
  ['an error that is a message', { message: { message: 'no', code: 'x' } }, { ...said('no'), codes: ['x'] }],
  [
    'a message in quotation marks with a brace',
    { message: '"Why {x}?"' },
    { ...silent, message: '"Why {x}?"', searchText: '…' },
  ],
  [
    'every place of a code, in lower case',
    {
      error: {
        message: 'no',
        code: 'A',
        type: 'B',
        status: 'C',
        innererror: { code: 'D' },
        details: [null, { reason: 'E' }, { violations: [null, { quotaId: 'F' }] }],
      },
    },
    { ...said('no'), codes: ['a', 'b', 'c', 'd', 'e', 'f'] },
  ],
  ['codes of other kinds', { message: 'no', code: null, type: {}, status: true }, said('no')],
];

/** Wrapped as often as asked, each time as the message of another error. */
function wrapped(times: number): string {
  let body = '{"message":"innermost"}';
  for (let time = 0; time < times; time++) body = JSON.stringify({ message: body });
  return body;
}

describe('the error of a provider', () => {
  for (const [name, body, error] of cases) {
    it(`is read from ${name}`, () => {
      assert.deepEqual(readProviderError(typeof body === 'string' ? body : JSON.stringify(body)), error);
    });
  }

  for (const [code, status] of [
    [399, undefined],
    [400, 400],
    [429, 429],
    ['503', 503],
    [599, 599],
    [600, undefined],
    [429.5, undefined],
    ['1113', undefined],
    ['', undefined],
  ] as const) {
    it(`has ${status === undefined ? 'no status' : `the status ${status}`} where its code is ${JSON.stringify(code)}`, () => {
      assert.equal(readJsonError({ error: { message: 'no', code } }).status, status);
    });
  }

  it('is unwrapped three times, not more', () => {
    assert.equal(readProviderError(wrapped(3)).message, 'innermost');
    assert.equal(readProviderError(wrapped(4)).message, '{"message":"innermost"}');
  });

  it('has a message of at most 400 characters, and reads no more than 8192', () => {
    assert.equal(readProviderError('x'.repeat(400)).message, 'x'.repeat(400));
    assert.equal(readProviderError('x'.repeat(401)).message, `${'x'.repeat(399)}…`);
    assert.equal(readProviderError('x'.repeat(10_000)).searchText.length, 8192);
  });

  for (const [words, left] of [
    ["Bad content: 'is it too long?'.", 'Bad content: ….'],
    ['Bad content: "is it too long?".', 'Bad content: ….'],
    ['Bad content: `is it too long?`.', 'Bad content: ….'],
    ['Bad content: “is it too long?”.', 'Bad content: ….'],
    ['Bad content: ‘is it too long?’.', 'Bad content: ….'],
    ['错误：「太长了吗？」。', '错误：…。'],
    ["Bad value: 'messages[0].content'.", "Bad value: 'messages[0].content'."],
    ['The model `openai/gpt-4o:free` is gone.', 'The model `openai/gpt-4o:free` is gone.'],
    ["The user's key isn't valid.", "The user's key isn't valid."],
    ["Bad value: ''.", "Bad value: ''."],
    [`Bad value: '${'x'.repeat(101)}'.`, 'Bad value: ….'],
  ] as const) {
    it(`is judged by ${JSON.stringify(left)} of ${JSON.stringify(words.slice(0, 60))}`, () => {
      const { message, searchText: judged } = readProviderError(words);
      assert.deepEqual([message, judged], [words, left]);
    });
  }
});
