import assert from 'node:assert/strict';
import type { Connection, Gateway } from '../../../src/engine/request';
import {
  everyOther,
  firstGateway,
  gatewayFor,
  modelAt,
  plainHttpOffer,
  gatewaysFor,
} from '../../../src/engine/turn/gatewayModels';

const encrypted: Gateway = { baseUrl: 'https://one.test/v1', apiKey: 'key-1' };
const backup: Gateway = { baseUrl: 'https://two.test/v1', apiKey: 'key-2' };
const plain: Gateway = { baseUrl: 'http://three.test/v1', apiKey: 'key-3' };
const withKey = (gateway: Gateway, backups: readonly Gateway[] = []): Connection => ({ ...gateway, backups });
const lists = (isListed: boolean | undefined) => ({ lists: () => isListed });
const urlsOf = (gateways: readonly Gateway[]): readonly string[] => gateways.map(({ baseUrl }) => baseUrl);

describe('model that is sent through a gateway', () => {
  const substituting: Gateway = { ...backup, models: new Map([[everyOther, 'own']]) };
  for (const [name, atGateway, atPrimary, isSubstitute] of [
    ['lists the model and the primary gateway lacks it', true, false, false],
    ['lists the model and the list of the primary gateway is unknown', true, undefined, true],
    ['and the primary gateway both list the model', true, true, true],
    ['and the primary gateway both lack the model', false, false, true],
  ] as const)
    it(`is ${isSubstitute ? 'the substitute' : 'the chosen model'} when a gateway with a substitute ${name}`, () => {
      const gateway = { ...substituting, ...lists(atGateway) };
      const sent = modelAt(gateway, 'gpt', { ...encrypted, ...lists(atPrimary) });
      assert.deepEqual(sent, { name: isSubstitute ? 'own' : 'gpt', isSubstitute });
    });

  it('is the substitute while the turn has no primary gateway', () => {
    const sent = modelAt({ ...substituting, ...lists(true) }, 'gpt', undefined);
    assert.deepEqual(sent, { name: 'own', isSubstitute: true });
  });
});

describe('gateways that may answer', () => {
  it('exclude those over plain HTTP when the first gateway with the model uses HTTPS', () => {
    const chosen = { ...plain, models: new Map([['gpt', 'gpt']]) };
    const connection = withKey({ ...encrypted, ...lists(true) }, [chosen, { ...backup, ...lists(true) }]);
    assert.deepEqual(urlsOf(gatewaysFor('gpt', connection)), [encrypted.baseUrl, backup.baseUrl]);
  });

  it('include a gateway over plain HTTP that the user has chosen when it is the first gateway with the model', () => {
    const chosen = { ...plain, models: new Map([['gpt', 'gpt']]) };
    const connection = withKey({ ...encrypted, ...lists(false) }, [chosen, { ...backup, ...lists(true) }]);
    assert.deepEqual(urlsOf(gatewaysFor('gpt', connection)), [plain.baseUrl, backup.baseUrl]);
  });
});

describe('first gateway', () => {
  const keyless: Gateway = { ...encrypted, apiKey: undefined };

  for (const [name, connection, expected] of [
    ['the primary gateway', withKey(encrypted, [backup]), encrypted],
    ['the first backup gateway when the primary gateway has no key', withKey(keyless, [backup]), backup],
    [
      'the primary gateway when it has no key and the backup gateway uses plain HTTP',
      withKey(keyless, [plain]),
      keyless,
    ],
    ['the primary gateway when it has no key and is the only one', withKey(keyless), keyless],
  ] as const)
    it(`is ${name}`, () => {
      assert.equal(firstGateway(connection).baseUrl, expected.baseUrl);
      assert.equal(gatewayFor('gpt', connection).baseUrl, expected.baseUrl);
    });
});

describe('gateway for a model', () => {
  it('is the backup gateway when only the backup lists the model', () => {
    const connection = withKey({ ...encrypted, ...lists(false) }, [{ ...backup, ...lists(true) }]);
    assert.equal(gatewayFor('gpt', connection).baseUrl, backup.baseUrl);
  });
});

describe('offer to use a gateway over plain HTTP', () => {
  for (const [name, atPlain, expected] of [
    ['the gateway that is the only one to list the model', true, plain.baseUrl],
    ['nothing when its list is unknown', undefined, undefined],
  ] as const)
    it(`is ${name}`, () => {
      const connection = withKey({ ...encrypted, ...lists(false) }, [{ ...plain, ...lists(atPlain) }]);
      assert.equal(plainHttpOffer('gpt', connection)?.baseUrl, expected);
    });
});
