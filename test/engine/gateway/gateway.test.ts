import assert from 'node:assert/strict';
import {
  wildcardModel,
  firstGateway,
  gatewayFor,
  gatewaysFor,
  modelAt,
  plainHttpOffer,
  readKeys,
  type ModelChoice,
  type Gateway,
  type KeyedGateways,
} from '../../../src/engine/gateway/gateway';
import { gatewayFrom, gatewaysFrom, type DescribedGateway } from '../../support/testGateways';

const encrypted: DescribedGateway = { baseUrl: 'https://one.test/v1', apiKey: 'key-1' };
const backup: DescribedGateway = { baseUrl: 'https://two.test/v1', apiKey: 'key-2' };
const plain: DescribedGateway = { baseUrl: 'http://three.test/v1', apiKey: 'key-3' };
const gpt: ModelChoice = { model: 'gpt', isOfWorkspace: false };
const keyed = (primary: DescribedGateway, backups: readonly DescribedGateway[] = []): Promise<KeyedGateways> =>
  readKeys(gatewaysFrom({ ...primary, backups }));
const lists = (isListed: boolean | undefined) => ({ lists: () => isListed });
const urlsOf = (gateways: readonly Gateway[]): readonly string[] => gateways.map(({ id }) => id);

describe('model name that is sent to a gateway', () => {
  const substituting: DescribedGateway = { ...backup, models: new Map([[wildcardModel, 'own']]) };
  for (const { name, atGateway, atPrimary, isSubstitute } of [
    {
      name: 'lists the model and the primary gateway lacks it',
      atGateway: true,
      atPrimary: false,
      isSubstitute: false,
    },
    {
      name: 'lists the model and the list of the primary gateway is unknown',
      atGateway: true,
      atPrimary: undefined,
      isSubstitute: true,
    },
    { name: 'and the primary gateway both list the model', atGateway: true, atPrimary: true, isSubstitute: true },
    { name: 'and the primary gateway both lack the model', atGateway: false, atPrimary: false, isSubstitute: true },
  ] as const)
    it(`is the name of the ${isSubstitute ? 'substitute' : 'chosen model'} when a gateway with a substitute ${name}`, () => {
      const gateway = gatewayFrom({ ...substituting, ...lists(atGateway) });
      const sent = modelAt(gateway, 'gpt', gatewayFrom({ ...encrypted, ...lists(atPrimary) }));
      assert.deepEqual(sent, { name: isSubstitute ? 'own' : 'gpt', isSubstitute });
    });

  it("is the name of the gateway's substitute model if there is no primary gateway", () => {
    const sent = modelAt(gatewayFrom({ ...substituting, ...lists(true) }), 'gpt', undefined);
    assert.deepEqual(sent, { name: 'own', isSubstitute: true });
  });
});

describe('gateways that can answer a prompt', () => {
  it('exclude plain HTTP gateways if the first gateway with the model uses HTTPS', async () => {
    const chosen = { ...plain, models: new Map([['gpt', 'gpt']]) };
    const gateways = await keyed({ ...encrypted, ...lists(true) }, [chosen, { ...backup, ...lists(true) }]);
    assert.deepEqual(urlsOf(gatewaysFor(gpt, gateways)), [encrypted.baseUrl, backup.baseUrl]);
  });

  it('include a plain HTTP gateway that is the first gateway configured for the model', async () => {
    const chosen = { ...plain, models: new Map([['gpt', 'gpt']]) };
    const gateways = await keyed({ ...encrypted, ...lists(false) }, [chosen, { ...backup, ...lists(true) }]);
    assert.deepEqual(urlsOf(gatewaysFor(gpt, gateways)), [plain.baseUrl, backup.baseUrl]);
  });

  for (const { name, primary, atBackup, expected } of [
    {
      name: 'exclude a backup gateway that is known to lack the model if the primary gateway has no key',
      primary: { ...encrypted, apiKey: undefined },
      atBackup: false,
      expected: [],
    },
    {
      name: 'include a backup gateway whose model list is unknown if the primary gateway has no key',
      primary: { ...encrypted, apiKey: undefined },
      atBackup: undefined,
      expected: [backup.baseUrl],
    },
    {
      name: 'include all gateways that have a key if all model lists lack the model',
      primary: { ...encrypted, ...lists(false) },
      atBackup: false,
      expected: [encrypted.baseUrl, backup.baseUrl],
    },
  ] as const)
    it(name, async () => {
      const gateways = await keyed(primary, [{ ...backup, ...lists(atBackup) }]);
      assert.deepEqual(urlsOf(gatewaysFor(gpt, gateways)), expected);
    });
});

describe('first gateway', () => {
  const keyless: DescribedGateway = { ...encrypted, apiKey: undefined };

  for (const { name, settings, expected } of [
    { name: 'the primary gateway', settings: [encrypted, backup], expected: encrypted },
    {
      name: 'the first backup gateway when the primary gateway has no key',
      settings: [keyless, backup],
      expected: backup,
    },
    {
      name: 'the primary gateway when it has no key and the backup gateway uses plain HTTP',
      settings: [keyless, plain],
      expected: keyless,
    },
    { name: 'the primary gateway when it has no key and is the only gateway', settings: [keyless], expected: keyless },
  ] as const)
    it(`is ${name}`, async () => {
      const [primary, ...backups] = settings;
      const gateways = await keyed(primary, backups);
      assert.equal(firstGateway(gateways).id, expected.baseUrl);
      assert.equal(gatewayFor(gpt, gateways).id, expected.baseUrl);
    });
});

describe('gateway for a model', () => {
  it('is the backup gateway if only the backup gateway lists the model', async () => {
    const gateways = await keyed({ ...encrypted, ...lists(false) }, [{ ...backup, ...lists(true) }]);
    assert.equal(gatewayFor(gpt, gateways).id, backup.baseUrl);
  });
});

describe('offer to use a gateway over plain HTTP', () => {
  for (const { name, atPlain, expected } of [
    { name: 'made for the only gateway that lists the model', atPlain: true, expected: plain.baseUrl },
    { name: 'not made when the model list of that gateway is unknown', atPlain: undefined, expected: undefined },
  ] as const)
    it(`is ${name}`, async () => {
      const gateways = await keyed({ ...encrypted, ...lists(false) }, [{ ...plain, ...lists(atPlain) }]);
      assert.equal(plainHttpOffer(gpt, gateways)?.id, expected);
    });
});

describe("reading of the gateways' API keys", () => {
  const withKey = (gateway: DescribedGateway, key: Gateway['key']): Gateway => ({ ...gatewayFrom(gateway), key });
  const error = Object.assign(new Error('The keyring is locked.'), { connectionProblem: 'keyring' as const });
  const unreadable: Gateway['key'] = () => Promise.resolve({ type: 'unreadable', error });

  it('skips gateways whose key is missing or unreadable', async () => {
    const { primaryGateway, keys } = await readKeys([
      gatewayFrom({ ...encrypted, apiKey: undefined }, 'missing'),
      gatewayFrom(backup),
      gatewayFrom({ ...plain, apiKey: undefined }, 'not-needed'),
      withKey(encrypted, unreadable),
    ]);
    assert.equal(primaryGateway.id, encrypted.baseUrl);
    assert.deepEqual(
      [...keys].map(([{ id }, key]) => [id, key]),
      [
        [backup.baseUrl, backup.apiKey],
        [plain.baseUrl, undefined],
      ],
    );
  });

  it("fails if the primary gateway's key is unreadable, even if a backup gateway has a key", async () => {
    await assert.rejects(readKeys([withKey(encrypted, unreadable), gatewayFrom(backup)]), error);
  });
});
