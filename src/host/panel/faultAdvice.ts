import type { FaultHelp } from '../../shared/panelStrings';
import type { FaultKind } from '../../shared/protocol';

/** A page of `docs/troubleshooting`, without its ending. */
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

/** What a person may want to know of a fault beyond the sentence of its card. */
interface FaultAdvice {
  /** English, and key of its translations, as is `todo`. */
  readonly cause: string;
  readonly todo: string;
  readonly page: TroubleshootingPage;
  /** The same request would fail in the same way, so that it is not repeated. */
  readonly lasting?: true;
}

export const faultAdvice: Readonly<Record<FaultKind, FaultAdvice>> = {
  auth: {
    cause:
      'The gateway does not take the API key, or there is none for this address: a key belongs to the address it was entered for.',
    todo: 'Set a key that is valid at this gateway. Keys of HolySheep begin with hsa- and are made on its website.',
    page: 'authentication',
    lasting: true,
  },
  credit: {
    cause: 'The balance or the budget behind the key is used up.',
    todo: 'Top up, wait for the budget to reset, or switch to a cheaper model; then retry.',
    page: 'insufficient-balance',
    lasting: true,
  },
  'rate-limit': {
    cause: 'There were more requests or tokens in a given time than the gateway allows this key for this model.',
    todo: 'Wait, send fewer requests at once, or switch the model: most limits count per model.',
    page: 'rate-limit',
  },
  model: {
    cause: 'The gateway does not have a model of this name, or the key may not use it.',
    todo: 'Choose one from the list of the gateway with Switch model. A name must be right to the last hyphen.',
    page: 'invalid-model',
    lasting: true,
  },
  'context-length': {
    cause: 'The prompt, what was attached and the conversation so far are more than the model can read at once.',
    todo: 'Start a new conversation, attach less, or choose a model with a larger context. A lower holysheep.maxTokens leaves more room, too.',
    page: 'rejected-request',
    lasting: true,
  },
  'content-filter': {
    cause: 'A filter of the provider has matched the prompt, the code or the answer.',
    todo: 'Rephrase, leave out what may have matched, or switch the model: filters differ.',
    page: 'rejected-request',
    lasting: true,
  },
  request: {
    cause: 'Something in the request is not accepted: a parameter, its value, or the form of the messages.',
    todo: 'The words of the provider say what. Check holysheep.temperature and holysheep.maxTokens, or switch the model.',
    page: 'rejected-request',
    lasting: true,
  },
  'not-found': {
    cause: 'There is no API at this address: the path of the base URL is wrong, or something else answers there.',
    todo: 'Check holysheep.baseUrl; most end in /v1.',
    page: 'address-and-proxy',
    lasting: true,
  },
  permission: {
    cause:
      'The gateway knows the key, but does not let it do this: a model, a region or the budget of a team is closed to it.',
    todo: 'The words of the provider say what. Use another model or another key, or ask whoever runs the account.',
    page: 'authentication',
    lasting: true,
  },
  'too-large': {
    cause: 'The request is larger than the gateway accepts, or the answer is larger than a turn may be.',
    todo: 'Request: attach less, shorten the prompt, or start a new conversation. Answer: ask for less at once, or switch the model.',
    page: 'rejected-request',
    lasting: true,
  },
  overloaded: {
    cause: 'The provider is asked for more than it can answer with this model. It is no limit of yours.',
    todo: 'Retry in a while, or switch the model. With holysheep.fallbackModels that happens by itself.',
    page: 'server-error',
  },
  server: {
    cause: 'The provider failed at the request; the request itself may be right.',
    todo: 'Retry in a while, or switch the model. If it stays, tell the support of the gateway the request id.',
    page: 'server-error',
  },
  gateway: {
    cause:
      'The gateway answers, but can’t use the model behind it: it does not reach the provider, or the provider rejects its key.',
    todo: 'Retry in a while, or switch the model: another may run elsewhere.',
    page: 'server-error',
  },
  timeout: {
    cause: 'Nothing came in time: a slow route, a busy provider, or a model that thinks for long about a long prompt.',
    todo: 'Retry, or switch to a faster model. On a slow route raise holysheep.timeout.headersMs and holysheep.timeout.firstTokenMs.',
    page: 'connection',
  },
  connection: {
    cause:
      'The connection was refused or broke on its way: an unstable route, a VPN, a proxy, or a gateway that restarts.',
    todo: 'Retry. If it happens often, try without the VPN or the proxy, or on another network.',
    page: 'connection',
  },
  dns: {
    cause:
      'The name of the host was not found: it is mistyped, there is no network, or the name server does not know it.',
    todo: 'Check holysheep.baseUrl and the network; a VPN or another name server may help.',
    page: 'connection',
  },
  offline: {
    cause: 'This computer has no network.',
    todo: 'Connect it, and retry.',
    page: 'connection',
  },
  tls: {
    cause:
      'The certificate is not from an authority that this computer trusts. A proxy that reads along looks the same.',
    todo: 'Have the certificate of your company installed in the operating system, and restart VS Code. The setting http.proxyStrictSSL changes nothing here.',
    page: 'address-and-proxy',
    lasting: true,
  },
  proxy: {
    cause: 'A proxy stands between this computer and the gateway, and the request does not get through it.',
    todo: 'Check http.proxy: whether the proxy runs, whether it wants a sign-in, and whether it lets the gateway through.',
    page: 'address-and-proxy',
  },
  redirect: {
    cause: 'The gateway names another address. The key is bound to this one, and is not sent on.',
    todo: 'If you trust the new address, enter it as holysheep.baseUrl and set the key for it.',
    page: 'address-and-proxy',
    lasting: true,
  },
  'not-a-stream': {
    cause: 'Something other than an API has answered: a web page, a sign-in page of the network, or another protocol.',
    todo: 'Open any page in a browser and sign in to the network, or check holysheep.baseUrl.',
    page: 'address-and-proxy',
  },
  empty: {
    cause: 'The gateway accepted the request and sent nothing.',
    todo: 'Retry, or switch the model.',
    page: 'server-error',
  },
  stalled: {
    cause: 'The answer stopped in the middle while the connection stayed open.',
    todo: 'Retry to get the rest. For models that pause for long raise holysheep.timeout.idleMs and holysheep.timeout.silentMs.',
    page: 'connection',
  },
  truncated: {
    cause: 'The answer ended without the mark that says it is complete.',
    todo: 'Get the rest with Continue or Retry now, or begin anew with Restart answer.',
    page: 'connection',
  },
  malformed: {
    cause:
      'What arrived does not have the form of an answer: the gateway has a fault, or a proxy has changed it on its way.',
    todo: 'Retry, switch the model, or try without the proxy.',
    page: 'connection',
  },
  budget: {
    cause:
      'It failed so often, or for so long, that automatic retries have stopped: more would cost you and help nobody.',
    todo: 'Wait a few minutes and retry, or switch the model. “HolySheep: Reset Network State” forgets the failures.',
    page: 'server-error',
  },
  breaker: {
    cause: 'The model has failed five times in a row, so that requests to it pause for a while.',
    todo: 'Wait, try anyway, or switch the model.',
    page: 'server-error',
  },
  keyring: {
    cause: "VS Code keeps the key in the system keyring, which is locked, is missing or can't decrypt the key.",
    todo: 'Unlock the keyring and retry, or set the key again. The log has the error message of the system.',
    page: 'authentication',
  },
  internal: {
    cause: 'HolySheep Prompt has a defect. The gateway and your settings are not the cause.',
    todo: 'Retry. If it happens again, export the diagnostics and report the defect.',
    page: 'internal-error',
  },
};

/** As in package.json. */
export const repository = 'https://github.com/holysheep-ai/holysheep-prompt';

/**
 * What the page says of each fault to those who ask.
 * @param translate an English sentence of the table, e.g. `vscode.l10n.t`
 * @param locale of the display language, e.g. `zh-cn`
 */
export function faultHelp(translate: (english: string) => string, locale: string): FaultHelp {
  const ending = /^zh\b/i.test(locale) ? '.zh-CN.md' : '.md';
  const entries = Object.entries(faultAdvice).map(([kind, { cause, todo, page, lasting = false }]) => {
    const href = `${repository}/blob/main/docs/troubleshooting/${page}${ending}`;
    return [kind, { cause: translate(cause), todo: translate(todo), href, lasting }];
  });
  return Object.fromEntries(entries) as Record<FaultKind, FaultHelp[FaultKind]>;
}
