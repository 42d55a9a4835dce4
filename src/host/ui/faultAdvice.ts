import type { FaultDetails } from '../../shared/panelStrings';
import type { FaultKind } from '../../shared/protocol';

/** Names of the pages in `docs/troubleshooting`, without their extensions. */
export const troubleshootingPages = [
  'authentication',
  'rate-limit',
  'invalid-model',
  'connection',
  'server-error',
  'insufficient-balance',
  'rejected-request',
  'address-and-proxy',
  'internal-error',
] as const;

export type TroubleshootingPage = (typeof troubleshootingPages)[number];

/** Help for one fault kind, shown in the details of a failure card. */
interface FaultAdvice {
  /** Likely cause of the fault, in English. The text is also the key of its translation. */
  readonly cause: string;
  /** Advice for the user, in English. The text is also the key of its translation. */
  readonly remedy: string;
  readonly page: TroubleshootingPage;
  /** Whether the same request would fail in the same way and is therefore not retried. */
  readonly isPermanent?: true;
}

export const faultAdvice: Readonly<Record<FaultKind, FaultAdvice>> = {
  auth: {
    cause: 'The gateway rejected the API key, or no key is set for this address. Each address has its own key.',
    remedy:
      'Set a key that is valid for this gateway. HolySheep keys start with hsa- and are created on the HolySheep website.',
    page: 'authentication',
    isPermanent: true,
  },
  credit: {
    cause: 'This API key has no balance left or has reached its credit limit.',
    remedy: 'Top up, wait for the credit limit to reset, or switch to a cheaper model. Then retry.',
    page: 'insufficient-balance',
    isPermanent: true,
  },
  'rate-limit': {
    cause: 'The gateway limits how many requests or tokens this key can use for this model in a given time.',
    remedy: 'Wait, send fewer requests at once, or switch models. Most limits apply to a single model.',
    page: 'rate-limit',
  },
  model: {
    cause: "The gateway has no model with this name, or your key can't use it.",
    remedy: "Choose “Switch model” to select a model from the gateway's list. The name must match exactly.",
    page: 'invalid-model',
    isPermanent: true,
  },
  'context-length': {
    cause: "The prompt, attachments, and conversation exceed the model's context window.",
    remedy:
      'Start a new conversation, attach less, or choose a model with a larger context window. A lower holysheep.maxTokens also leaves more room.',
    page: 'rejected-request',
    isPermanent: true,
  },
  'content-filter': {
    cause: "The provider's content filter flagged the prompt, the code, or the answer.",
    remedy:
      'Rephrase the prompt, remove what might have triggered the filter, or switch to a model with another filter.',
    page: 'rejected-request',
    isPermanent: true,
  },
  request: {
    cause: 'The gateway rejected a parameter, its value, or the message format.',
    remedy: 'Check the provider message, holysheep.temperature, and holysheep.maxTokens.',
    page: 'rejected-request',
    isPermanent: true,
  },
  'not-found': {
    cause: 'There is no API at this address. The base URL might have a wrong path or belong to another service.',
    remedy: 'Check holysheep.baseUrl. It usually ends in /v1.',
    page: 'address-and-proxy',
    isPermanent: true,
  },
  permission: {
    cause: 'The API key is valid but not allowed to do this. The model, region, or team budget might be restricted.',
    remedy: 'See the provider message. Use another model or key, or ask the account administrator.',
    page: 'authentication',
    isPermanent: true,
  },
  'too-large': {
    cause: 'The request is larger than the gateway allows, or the answer exceeded the size limit.',
    remedy:
      'For a large request, attach less, shorten the prompt, or start a new conversation. For a long answer, ask for less at once or switch models.',
    page: 'rejected-request',
    isPermanent: true,
  },
  overloaded: {
    cause: 'The provider is over capacity for this model. Your own limits are not the cause.',
    remedy: 'Retry later or switch models. Set holysheep.fallbackModels to switch automatically.',
    page: 'server-error',
  },
  server: {
    cause: 'The provider failed to process the request. The request itself might be fine.',
    remedy: "Retry later or switch models. If it keeps failing, send the request ID to the gateway's support.",
    page: 'server-error',
  },
  gateway: {
    cause:
      "The gateway is up but can't use this model. It can't reach the provider, or the provider rejected the gateway's key.",
    remedy: 'Retry later or switch models. Another model might use a different provider.',
    page: 'server-error',
  },
  timeout: {
    cause:
      'No response arrived in time. The connection might be slow, the provider might be busy, or the model might need longer for a long prompt.',
    remedy:
      'Retry. On a slow connection, raise holysheep.timeout.headersMs and holysheep.timeout.firstTokenMs. If a model is slow, a faster one might help.',
    page: 'connection',
  },
  connection: {
    cause:
      'The connection was refused or dropped. The network might be unstable, a VPN or proxy might interfere, or the gateway might be restarting.',
    remedy: 'Retry. If it happens often, try without a VPN or proxy, or use another network.',
    page: 'connection',
  },
  dns: {
    cause:
      "The host name couldn't be resolved. It might be mistyped, the network might be down, or the DNS server might not know it.",
    remedy: 'Check holysheep.baseUrl and your network. If they are fine, try a VPN or another DNS server.',
    page: 'connection',
  },
  offline: {
    cause: 'This computer has no network connection.',
    remedy: 'Reconnect and retry.',
    page: 'connection',
  },
  tls: {
    cause:
      'The certificate is not from an authority that this computer trusts. A proxy that inspects traffic can cause this.',
    remedy:
      "Install your company's certificate in the operating system and restart VS Code. http.proxyStrictSSL has no effect here.",
    page: 'address-and-proxy',
    isPermanent: true,
  },
  proxy: {
    cause: "A proxy between this computer and the gateway is blocking the request or can't be reached.",
    remedy:
      'Check http.proxy. Make sure that the proxy is running and allows requests to the gateway. If it requires authentication, check your user name and password.',
    page: 'address-and-proxy',
  },
  redirect: {
    cause:
      'The gateway redirects to another address. Your API key belongs to the current address and is not sent elsewhere.',
    remedy: 'If you trust the new address, enter it in holysheep.baseUrl and set an API key for it.',
    page: 'address-and-proxy',
    isPermanent: true,
  },
  'not-a-stream': {
    cause:
      'The response is not from an API. The address might belong to a website or use another protocol, or your network might require a sign-in.',
    remedy: 'Open any page in a browser and sign in to the network, or check holysheep.baseUrl.',
    page: 'address-and-proxy',
  },
  empty: {
    cause: 'The gateway accepted the request but sent no text. The reasoning might have used up the token limit.',
    remedy: 'Retry or switch models. If the token limit was reached, raise or reset holysheep.maxTokens.',
    page: 'server-error',
  },
  stalled: {
    cause: 'The answer stalled while the connection stayed open.',
    remedy:
      'Retry to get the rest. For models that pause for a long time, raise holysheep.timeout.idleMs and holysheep.timeout.silentMs.',
    page: 'connection',
  },
  truncated: {
    cause: 'The answer was cut off before the model had finished it.',
    remedy: 'Choose “Continue” to get the rest, or “Restart answer” to start over.',
    page: 'connection',
  },
  malformed: {
    cause:
      'The response is not a valid answer. The gateway might be faulty, or a proxy might have changed the response.',
    remedy: 'Retry, switch models, or try without the proxy.',
    page: 'connection',
  },
  budget: {
    cause: 'Automatic retries stopped because the request failed too often or took too long.',
    remedy: 'Wait a few minutes and retry, or switch models. “HolySheep: Reset Network State” clears the failures.',
    page: 'server-error',
  },
  breaker: {
    cause: 'The model failed five times in a row, so requests to it are paused.',
    remedy: 'Wait, try anyway, or switch models.',
    page: 'server-error',
  },
  keyring: {
    cause: 'VS Code keeps the key in the system keyring, which is locked, missing, or unable to decrypt the key.',
    remedy: 'Unlock the keyring and retry, or set the key again. See the log for the system error message.',
    page: 'authentication',
  },
  internal: {
    cause: 'This is a bug in HolySheep Prompt. The gateway and your settings are not the cause.',
    remedy: 'Retry. If it happens again, export the diagnostics and report the bug.',
    page: 'internal-error',
  },
};

/** URL of the source repository, as in package.json. */
export const repositoryUrl = 'https://github.com/holysheep-ai/holysheep-prompt';

/**
 * Returns the translated help for all fault kinds, with links to the troubleshooting pages.
 * @param translate translates an English text of {@link faultAdvice}, e.g. `vscode.l10n.t`
 * @param locale the display language, e.g. `zh-cn`
 */
export function translateFaultHelp(translate: (english: string) => string, locale: string): FaultDetails {
  const extension = /^zh\b/i.test(locale) ? '.zh-CN.md' : '.md';
  const entries = Object.entries(faultAdvice).map(([kind, { cause, remedy, page, isPermanent = false }]) => {
    const href = `${repositoryUrl}/blob/main/docs/troubleshooting/${page}${extension}`;
    const help: FaultDetails[FaultKind] = {
      cause: translate(cause),
      remedy: translate(remedy),
      href,
      isPermanent,
    };
    return [kind, help];
  });
  return Object.fromEntries(entries) as Record<FaultKind, FaultDetails[FaultKind]>;
}
