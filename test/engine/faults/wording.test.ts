import assert from 'node:assert/strict';
import { fake } from '../../support/fake';
import type { EngineDeps } from '../../../src/engine/engine';
import { classify, describeFault, type Evidence, type FaultContext } from '../../../src/engine/faults/classify';
import { KeyRedactor } from '../../../src/engine/gateway/keyRedactor';

const apiKey = 'own-key-0123456789';
const defaults: FaultContext = {
  baseUrl: 'https://api.holysheep.ai/v1',
  label: 'OpenRouter',
  model: 'gpt-4o',
  status: undefined,
};

/** Returns the message of a fault before localization, its values and the detail. */
const describeEvidence = (evidence: Evidence, circumstances: Partial<FaultContext> = {}) => {
  let localized: readonly [string, Readonly<Record<string, unknown>>] | undefined;
  const { message, detail } = describeFault(
    classify(evidence, 0),
    { ...defaults, ...circumstances },
    fake<EngineDeps>({
      localize: (template, values = {}) => {
        localized = [template, values];
        return 'translated';
      },
      formatTime: (at) => `at ${at}`,
      keys: new KeyRedactor([apiKey]),
    }),
  );
  assert.equal(message, 'translated');
  assert.ok(localized);
  return { template: localized[0], values: localized[1], detail };
};

const rejection = (body: string): Evidence => ({ type: 'status', status: 418, headers: new Headers(), body });

describe('message of a fault for the user', () => {
  it('shows nothing in place of a placeholder without a value', () => {
    const { template, values, detail } = describeEvidence('streamTruncated');
    assert.equal(template, 'The answer was cut off.');
    assert.equal(detail, '');
    assert.deepEqual(values, {
      host: 'api.holysheep.ai',
      gateway: 'OpenRouter',
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

  it('has a value for each placeholder that applies to the fault', () => {
    const circumstances = { status: 504, resetsAt: 1234, last: 'Before.', minutes: 9 };
    const { values } = describeEvidence({ type: 'timeout', clock: 'streamStalled', afterMs: 60_000 }, circumstances);
    assert.deepEqual(values, {
      host: 'api.holysheep.ai',
      gateway: 'OpenRouter',
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

  it('names the proxy that cannot be reached', () => {
    const error = Object.assign(new Error('no'), { code: 'ECONNREFUSED', address: '127.0.0.1', port: 7890 });
    const { values } = describeEvidence({
      type: 'error',
      error,
      streaming: false,
      baseUrl: 'https://api.holysheep.ai/v1',
    });
    assert.equal(values['proxy'], '127.0.0.1:7890');
  });

  it("contains the provider's message instead of the HTTP status", () => {
    const { values, detail } = describeEvidence(rejection('I am a teapot'), { status: 418 });
    assert.deepEqual([values['detail'], detail], ['I am a teapot', 'I am a teapot']);
  });

  it('does not contain the API key, whatever the format of the key', () => {
    const { values, detail } = describeEvidence(rejection(`no such key: ${apiKey}`), { status: 418 });
    assert.deepEqual([values['detail'], detail], ['no such key: [redacted]', 'no such key: [redacted]']);
  });

  it('names the host with its port', () => {
    const { values, detail } = describeEvidence(rejection('none'), { baseUrl: 'https://example.com:8443/v1' });
    assert.deepEqual([values['host'], detail], ['example.com:8443', 'none']);
  });

  it('names an invalid base URL unchanged as the host', () => {
    assert.equal(describeEvidence('streamTruncated', { baseUrl: 'nowhere' }).values['host'], 'nowhere');
  });
});
