import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readProviderError, type ProviderError } from '../../../src/engine/faults/providerError';

/** A body with its error, from which empty parts and a `searchText` like the message are left out. */
interface ErrorCase {
  readonly name: string;
  readonly body: unknown;
  readonly error: Partial<ProviderError>;
}

const cases = readFileSync(join(__dirname, 'providerErrors.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as ErrorCase);

/** Wraps an error in a field of another error, as many times as `times` says. */
function wrapError(times: number, field: string): string {
  let body = '{"message":"innermost"}';
  for (let n = 0; n < times; n++) body = JSON.stringify({ [field]: body });
  return body;
}

describe('reading of a provider error', () => {
  for (const { name, body, error } of cases) {
    it(`reads a body: ${name}`, () => {
      const { message = '', searchText = message, status } = error;
      const expected = { message, searchText, wrapperMessage: '', codes: [], param: '', ...error, status };
      assert.deepEqual(readProviderError(typeof body === 'string' ? body : JSON.stringify(body)), expected);
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
      assert.equal(readProviderError(JSON.stringify({ error: { message: 'no', code } })).status, status);
    });
  }

  for (const field of ['message', 'error']) {
    it(`unwraps an error that is nested several times in the field "${field}" of other errors`, () => {
      assert.equal(readProviderError(wrapError(8, field)).message, 'innermost');
    });
  }

  it('finds an error that is nested in hundreds of objects', () => {
    const times = 500;
    const body = `${"{'error': '".repeat(times)}innermost${"'}".repeat(times)}`;
    assert.equal(readProviderError(body).message, 'innermost');
  });

  it('shortens the message to 300 characters', () => {
    assert.equal(readProviderError('x'.repeat(300)).message, 'x'.repeat(300));
    assert.equal(readProviderError('x'.repeat(301)).message, `${'x'.repeat(299)}…`);
  });

  it('keeps only 8192 characters of the error text', () => {
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
