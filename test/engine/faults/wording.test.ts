import assert from 'node:assert/strict';
import { classify, type Evidence } from '../../../src/engine/faults/classify';
import { wordsFor, type Circumstances } from '../../../src/engine/faults/wording';
import { KnownKeys } from '../../../src/engine/gateway/knownKeys';

const apiKey = 'own-key-0123456789';
const usual: Circumstances = {
  connection: { baseUrl: 'https://api.holysheep.ai/v1', apiKey },
  model: 'gpt-4o',
  status: undefined,
};

/** The values that a sentence can be filled with, next to the sentence itself. */
const shown = (evidence: Evidence, circumstances: Partial<Circumstances> = {}) => {
  let filled: readonly [string, Readonly<Record<string, unknown>>] | undefined;
  const { message, detail } = wordsFor(
    classify(evidence, 0),
    { ...usual, ...circumstances },
    {
      localize: (sentence, values = {}) => {
        filled = [sentence, values];
        return 'translated';
      },
      formatTime: (at) => `at ${at}`,
    },
    new KnownKeys([apiKey]),
  );
  assert.equal(message, 'translated');
  assert.ok(filled);
  return { sentence: filled[0], values: filled[1], detail };
};

const refused = (body: string): Evidence => ({ type: 'status', status: 418, headers: new Headers(), body });

describe('the words for a fault', () => {
  it('have blanks where nothing is known', () => {
    const { sentence, values, detail } = shown({ type: 'eof' });
    assert.equal(sentence, 'The answer was cut off.');
    assert.equal(detail, '');
    assert.deepEqual(values, {
      host: 'api.holysheep.ai',
      proxy: '',
      model: 'gpt-4o',
      status: '',
      detail: '',
      seconds: '',
      last: '',
      minutes: '',
      time: '',
    });
  });

  it('have everything that is known', () => {
    const known = { status: 504, resetsAt: 1234, last: 'Before.', minutes: 9 };
    const { values } = shown({ type: 'timeout', clock: 'idle', afterMs: 60_000 }, known);
    assert.deepEqual(values, {
      host: 'api.holysheep.ai',
      proxy: '',
      model: 'gpt-4o',
      status: 504,
      detail: 'HTTP 504',
      seconds: 60,
      last: 'Before.',
      minutes: 9,
      time: 'at 1234',
    });
  });

  it('name the proxy that is away', () => {
    const error = Object.assign(new Error('no'), { code: 'ECONNREFUSED', address: '127.0.0.1', port: 7890 });
    const { values } = shown({ type: 'error', error, streaming: false, baseUrl: 'https://api.holysheep.ai/v1' });
    assert.equal(values['proxy'], '127.0.0.1:7890');
  });

  it("are the provider's own where it had any, before the bare status", () => {
    const { values, detail } = shown(refused('I am a teapot'), { status: 418 });
    assert.deepEqual([values['detail'], detail], ['I am a teapot', 'I am a teapot']);
  });

  it('do not repeat the key that is in use, whatever it looks like', () => {
    const { values, detail } = shown(refused(`no such key: ${apiKey}`), { status: 418 });
    assert.deepEqual([values['detail'], detail], ['no such key: [redacted]', 'no such key: [redacted]']);
  });

  for (const none of [undefined, '']) {
    it(`do without a key (${JSON.stringify(none)})`, () => {
      const connection = { baseUrl: 'https://example.com:8443/v1', apiKey: none };
      const { values, detail } = shown(refused('none'), { connection });
      assert.deepEqual([values['host'], detail], ['example.com:8443', 'none']);
    });
  }

  it('name a base URL that is none as it is', () => {
    assert.equal(shown({ type: 'eof' }, { connection: { baseUrl: 'nowhere', apiKey } }).values['host'], 'nowhere');
  });
});
