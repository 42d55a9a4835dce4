import assert from 'node:assert/strict';
import type { EngineDeps } from '../../../src/engine/engine';
import type { LedgerEntry } from '../../../src/engine/state/ledger';
import { attemptsOf, costOfAttempt, totalCost, type Cost } from '../../../src/engine/state/turnCost';
import { Conversation } from '../../../src/host/conversation/conversation';
import { ExchangeTree } from '../../../src/host/journal/exchangeTree';
import type { JournalRecord } from '../../../src/host/journal/records';
import { EngineWorld } from '../../support/engineRun';
import {
  cutStream,
  rateLimited,
  sseHeaders,
  status,
  streaming,
  type LiveBody,
  type Reply,
} from '../../support/scriptedFetch';
import { usesLargeInputs } from '../../support/propertyRuns';
import { settle, VirtualClock } from '../../support/virtualClock';
import { reopened } from '../../support/host/openedConversation';
import { TestBudget } from '../../support/host/testBudget';
import { fakeSets } from '../../support/host/fakeSets';
import { noImages } from '../../support/host/noImages';

const price = { input: 3, output: 15, cacheRead: 0.3 };
const holySheep = 'https://api.holysheep.ai/v1';

/** Returns the same numbers in each run of the test. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** What a gateway charges for a response, and how much of that it tells the client. */
interface Charge {
  readonly currency: Cost['currency'];
  readonly amount: number;
  /** After `tokens`, the client can compute the cost, and after `nothing` it can only estimate the tokens. */
  readonly reports: 'cost' | 'tokens' | 'nothing';
}

/** A gateway that fails, cuts and hangs at random, and keeps its own ledger by the ids of its responses. */
class BillingGateway {
  readonly ledger = new Map<string, Charge>();
  /** Whether a stream has stopped after some text, until the user stops the turn. */
  isHanging = false;

  constructor(private readonly random: () => number) {}

  readonly reply: Reply = (request) => {
    const kind = this.pick(['complete', 'complete', 'complete', 'cut', 'cut', 'hang', 429, 500, 529] as const);
    if (kind === 429) return rateLimited(this.integer(20))(request);
    if (typeof kind === 'number') return status(kind, { error: { message: 'no' } })(request);
    const how = this.pick(['usage', 'header', 'header and usage', 'tokens', 'nothing'] as const);
    const hasPrice = request.body.model === 'priced';
    const tokens = { prompt_tokens: 1 + this.integer(9000), completion_tokens: 1 + this.integer(900) };
    const cached = this.integer(tokens.prompt_tokens);
    const usage = { ...tokens, total_tokens: 0, prompt_tokens_details: { cached_tokens: cached } };
    const { input, output, cacheRead } = price;
    const microdollars =
      input * (tokens.prompt_tokens - cached) + cacheRead * cached + output * tokens.completion_tokens;
    const amount = how === 'tokens' ? microdollars / 1e6 : this.random() / this.pick([1, 10, 1e4, 1e7]);
    const id = `response-${this.ledger.size}`;
    const reports = how !== 'tokens' && how !== 'nothing' ? 'cost' : hasPrice ? how : 'nothing';
    this.ledger.set(id, { currency: request.url.startsWith(holySheep) ? 'CNY' : 'USD', amount, reports });
    const headers = {
      ...sseHeaders,
      'x-request-id': id,
      ...(how.startsWith('header') && { 'x-litellm-response-cost': String(amount) }),
    };
    const reported = { ...usage, ...(how.endsWith('usage') && { cost: amount }) };
    const hasUsage = how !== 'nothing' && how !== 'header';
    const write = (body: LiveBody): void => {
      body.delta('Some text that the user ').delta(`reads as part ${id}. `);
      // A gateway may count while it streams, so that even a stream that is cut has reported a usage.
      if (hasUsage && kind !== 'complete') body.event({ choices: [], usage: reported });
      if (kind === 'complete') body.finish('stop', hasUsage ? reported : undefined).done();
      if (kind === 'hang') this.isHanging = true;
    };
    const { body } = (kind === 'cut' ? cutStream(write) : streaming(write))(request) as Response;
    return new Response(body, { headers });
  };

  pick<T>(choices: readonly T[]): T {
    return choices[this.integer(choices.length)]!;
  }

  private integer(below: number): number {
    return Math.floor(this.random() * below);
  }
}

const turnCount = usesLargeInputs ? 1000 : 300;

describe('recorded cost of several hundred turns with failures', () => {
  it('equals the amount that the gateways have charged', async function () {
    this.timeout(240_000);
    const random = createRandom(28);
    const gateway = new BillingGateway(random);
    const clock = new VirtualClock();
    let turns = 0;
    const facts: EngineDeps['facts'] = ({ model }) => (model === 'priced' ? { price } : {});
    const deps = { facts, onTurnEnd: () => turns++ };
    const backups = [{ baseUrl: 'https://gateway.test/v1', apiKey: 'hsa-b' }];
    const connection = () =>
      Promise.resolve({ baseUrl: holySheep, apiKey: 'hsa-a', currency: 'CNY' as const, backups });
    const { engine } = new EngineWorld({ replies: [gateway.reply], random, clock, deps, connection });
    const openConversation = () => {
      const lines: JournalRecord[] = [];
      const conversation = new Conversation(
        'c',
        new ExchangeTree(),
        { append: (line) => lines.push(line) },
        {
          clock,
          images: noImages,
          gatewaySets: fakeSets({
            run: (...turn) => engine.run(...turn),
            defaults: ({ model = 'priced' } = {}) => ({ model, systemPrompt: '', temperature: 1, maxTokens: 9 }),
          }).gatewaySets,
          resumeSetting: () => 'auto',
          onEvent: () => undefined,
          budget: new TestBudget(),
          onError: (error) => assert.fail(String(error)),
        },
      );
      return { conversation, lines };
    };
    const endTurns = async (conversation: Conversation): Promise<void> => {
      await settle();
      while (conversation.busy) {
        if (gateway.isHanging) conversation.stop();
        gateway.isHanging = false;
        await clock.next();
      }
    };
    const actions: readonly ((conversation: Conversation, id: string) => unknown)[] = [
      (conversation, id) => conversation.continue(id),
      (conversation, id) => conversation.restart(id),
      (conversation, id) => conversation.retryNow(id),
      (conversation, id) => conversation.regenerate(id, 'unpriced'),
      (conversation, id) => conversation.edit(conversation.tree.exchangeOf(id)!.id, { prompt: 'Other prompt' }),
      (conversation, id) => conversation.summarize(id),
      (conversation, id) =>
        conversation.requestMoreAnswers(conversation.tree.exchangeOf(id)!.id, ['priced', 'unpriced']),
    ];
    const conversations: ReturnType<typeof openConversation>[] = [];
    while (turns < turnCount) {
      const opened = openConversation();
      const { conversation } = opened;
      conversations.push(opened);
      for (let prompts = 0; prompts < 20; prompts++) {
        const [id = ''] = conversation.ask({ prompt: 'Prompt' });
        await endTurns(conversation);
        gateway.pick(actions)(conversation, id);
        await endTurns(conversation);
      }
    }
    const kept = conversations.map(({ conversation }) => conversation.tree.answers());
    const stored = conversations.map(({ lines }) => reopened(lines).tree.answers());
    for (const exchanges of [kept, stored]) {
      const states = exchanges.flat().map(({ state }) => state);
      const billed = states.flatMap(attemptsOf).filter(({ headers }) => gateway.ledger.has(headers?.requestId ?? ''));
      const ids = billed.map(({ headers }) => headers?.requestId);
      assert.deepEqual(ids.toSorted(), [...gateway.ledger.keys()].toSorted());
      const unreported = billed.filter(({ headers }) => gateway.ledger.get(headers!.requestId!)?.reports === 'nothing');
      const estimates = unreported.flatMap(({ end }) => costOfAttempt(end) ?? []);
      assert.equal(estimates.length, unreported.filter(({ model }) => model === 'priced').length);
      const charges = [...gateway.ledger.values()].filter(({ reports }) => reports !== 'nothing');
      const { costs, unknownAnswers } = totalCost(states);
      for (const { currency, amount } of costs) {
        const expected = [...charges, ...estimates].filter((cost) => cost.currency === currency);
        const sum = expected.reduce((total, cost) => total + cost.amount, 0);
        assert.ok(Math.abs(amount - sum) < 1e-9, `${amount} instead of ${sum} ${currency}`);
      }
      assert.deepEqual(costs.map(({ currency }) => currency).toSorted(), ['CNY', 'USD']);
      const isUnknown = (attempt: LedgerEntry): boolean => unreported.includes(attempt) && !costOfAttempt(attempt.end);
      assert.equal(unknownAnswers, states.filter((state) => attemptsOf(state).some(isUnknown)).length);
    }
  });
});
