import assert from 'node:assert/strict';
import { readJsonError, readProviderError, type ProviderError } from '../../../src/engine/faults/providerError';

const noDetails: ProviderError = {
  message: '',
  searchText: '',
  wrapperMessage: '',
  codes: [],
  param: '',
  status: undefined,
};
const withMessage = (message: string): ProviderError => ({ ...noDetails, message, searchText: message });

const cases: readonly (readonly [name: string, body: unknown, error: ProviderError])[] = [
  ['an empty body', '', noDetails],
  ['null', 'null', noDetails],
  ['a number', '42', noDetails],
  ['an error that is a number', { error: 42 }, noDetails],
  ['a web page', '\n <html>no</html>', noDetails],
  ['plain text', ' slow\n\n  down ', withMessage('slow down')],
  ['a JSON string', '"slow down"', withMessage('slow down')],
  ['an error that is a text', { error: 'no', code: 'x' }, { ...withMessage('no'), codes: ['x', 'no'] }],
  ['a message with surrounding whitespace', { error: { message: '  no\t' } }, withMessage('no')],
  [
    'a message that is not a text',
    { error: { message: ['{"message":"inner"}'], code: 1 } },
    { ...noDetails, codes: ['1'] },
  ],
  [
    'the fields error_msg and error_code (Baidu)',
    { error_msg: 'Baidu', error_code: 17 },
    { ...withMessage('Baidu'), codes: ['17'] },
  ],
  ['the field msg', { msg: 'no' }, withMessage('no')],
  ['the field detail', { detail: 'no' }, withMessage('no')],
  [
    'a list of details with a location (FastAPI)',
    { detail: [{ loc: ['body', 'messages', 0, 'content'], msg: 'too long' }] },
    { ...withMessage('content: too long'), param: 'content' },
  ],
  ['an error with a parameter', { error: { message: 'no', param: 'top_p' } }, { ...withMessage('no'), param: 'top_p' }],
  [
    'a parameter of the outer error and one of the inner error',
    { message: '{"message":"no","param":"inner"}', param: 'outer' },
    { ...withMessage('no'), wrapperMessage: '{"message":"no","param":"inner"}', param: 'outer' },
  ],
  [
    'a parameter of the inner error',
    { message: '{"message":"no","param":"inner"}' },
    { ...withMessage('no'), wrapperMessage: '{"message":"no","param":"inner"}', param: 'inner' },
  ],
  [
    'an error inside a message, after whitespace',
    { message: ' \n{"message":"no"}' },
    { ...withMessage('no'), wrapperMessage: ' \n{"message":"no"}' },
  ],
  [
    'an error quoted in a message (LiteLLM)',
    { message: 'Failed - {"error":{"message":"no","code":"x"}}. Bye' },
    { ...withMessage('no'), wrapperMessage: 'Failed - {"error":{"message":"no","code":"x"}}. Bye', codes: ['x'] },
  ],
  [
    'an error quoted in a text that is the error (TensorZero)',
    { error: 'Failed: {"error":{"message":"no","code":"x","param":"p"}}' },
    {
      ...withMessage('no'),
      wrapperMessage: 'Failed: {"error":{"message":"no","code":"x","param":"p"}}',
      codes: ['x'],
      param: 'p',
    },
  ],
  [
    'an error quoted in plain text',
    'Failed: {"error":{"message":"no","code":"x"}}',
    { ...withMessage('no'), wrapperMessage: 'Failed: {"error":{"message":"no","code":"x"}}', codes: ['x'] },
  ],
  ['an error that is a message', { message: { message: 'no', code: 'x' } }, { ...withMessage('no'), codes: ['x'] }],
  [
    'a quoted message with a brace',
    { message: '"Why {x}?"' },
    { ...noDetails, message: '"Why {x}?"', searchText: '…' },
  ],
  [
    'a code in every possible field, converted to lower case',
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
    { ...withMessage('no'), codes: ['a', 'b', 'c', 'd', 'e', 'f'] },
  ],
  [
    'codes that are neither strings nor numbers',
    { message: 'no', code: null, type: {}, status: true },
    withMessage('no'),
  ],
];

/** Wraps an error as the message of another error, as many times as `times` says. */
function wrapError(times: number): string {
  let body = '{"message":"innermost"}';
  for (let n = 0; n < times; n++) body = JSON.stringify({ message: body });
  return body;
}

describe('reading of a provider error', () => {
  for (const [name, body, error] of cases) {
    it(`reads a body: ${name}`, () => {
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
    it(`reads ${status === undefined ? 'no HTTP status' : `the HTTP status ${status}`} from the error code ${JSON.stringify(code)}`, () => {
      assert.equal(readJsonError({ error: { message: 'no', code } }).status, status);
    });
  }

  it('unwraps an error that is nested in the messages of other errors at most three times', () => {
    assert.equal(readProviderError(wrapError(3)).message, 'innermost');
    assert.equal(readProviderError(wrapError(4)).message, '{"message":"innermost"}');
  });

  it('truncates the message to 400 characters, and the text for the classification to 8192', () => {
    assert.equal(readProviderError('x'.repeat(400)).message, 'x'.repeat(400));
    assert.equal(readProviderError('x'.repeat(401)).message, `${'x'.repeat(399)}…`);
    assert.equal(readProviderError('x'.repeat(10_000)).searchText.length, 8192);
  });

  for (const [text, expected] of [
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
    it(`returns ${JSON.stringify(expected)} as the text for the classification of ${JSON.stringify(text.slice(0, 60))}`, () => {
      const { message, searchText } = readProviderError(text);
      assert.deepEqual([message, searchText], [text, expected]);
    });
  }
});
