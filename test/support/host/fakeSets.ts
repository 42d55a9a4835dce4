import assert from 'node:assert/strict';
import { GatewaySets, type GatewaySet } from '../../../src/host/connection/gatewaySet';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Returns an open set of gateways with one model, to which nothing can be sent. */
export function fakeSet(fields: Partial<GatewaySet> = {}): Mutable<GatewaySet> {
  const set: GatewaySet = {
    id: 'own',
    isOpen: true,
    isFree: false,
    onDidChange: () => ({ dispose: () => undefined }),
    run: () => assert.fail('no request'),
    gateways: () => assert.fail('no gateways'),
    view: () => Promise.resolve({ model: set.model(), host: 'api.example', hasKey: true, set: set.id }),
    model: () => set.defaults().model,
    selectModel: () => Promise.resolve(),
    defaults: ({ model = 'm' } = {}) => ({ model, systemPrompt: '', temperature: 1, maxTokens: 1 }),
    mayUse: () => Promise.resolve(true),
    notice: () => undefined,
    ...fields,
  };
  return set;
}

/**
 * Returns the user's gateways and those of the demo, which is closed.
 * @param fields what both have
 */
export function fakeSets(fields: Partial<GatewaySet> = {}, demoFields: Partial<GatewaySet> = {}) {
  const own = fakeSet(fields);
  const demo = Object.assign(fakeSet({ ...fields, id: 'demo', isOpen: false, isFree: true, ...demoFields }), {
    close: () => Promise.resolve(void (demo.isOpen = false)),
  });
  return { own, demo, gatewaySets: new GatewaySets(own, demo, { error: assert.ifError }) };
}
