import type { Engine, EngineDeps } from '../../src/engine/engine';
import { noSharedCooldowns } from '../../src/engine/gate/cooldowns';
import { KeyRedactor } from '../../src/engine/gateway/keyRedactor';
import type { ChatRequest } from '../../src/engine/request';
import { systemClock } from '../../src/host/util/systemClock';
import { defaultSettings } from '../support/engineRun';
import { loadEngine } from './build';
import { gatewaysFrom } from '../support/testGateways';

const { createEngine, OpenAI } = loadEngine();
const ignore = (): void => undefined;

export const request: ChatRequest = { model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }] };

export interface Endpoint {
  readonly baseUrl: string;
  readonly fetch: typeof fetch;
}

export const apiKey = 'hsa-bench-key';

export function engineFor({ baseUrl, fetch }: Endpoint, more: Partial<EngineDeps> = {}): Engine {
  const gateways = gatewaysFrom({ baseUrl, apiKey });
  return createEngine({
    clock: systemClock,
    random: Math.random,
    fetch,
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    localize: (message) => message,
    formatTime: String,
    settings: () => defaultSettings,
    gateways: () => Promise.resolve(gateways),
    cooldowns: noSharedCooldowns,
    keys: new KeyRedactor(),
    userAgent: 'bench',
    ...more,
  });
}

/** The peer: the `openai` SDK with its default options. */
export function sdkFor({ baseUrl, fetch }: Endpoint) {
  const client = new OpenAI({ apiKey, baseURL: baseUrl, fetch });
  const { model, messages } = request;
  const texts = messages.map(({ content }) => ({
    role: 'user' as const,
    content: typeof content === 'string' ? content : '',
  }));
  return {
    open: (signal?: AbortSignal) =>
      client.chat.completions.create({ model, messages: texts, stream: true }, { signal }),
  };
}
