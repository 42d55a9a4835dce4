import type { Engine } from '../../src/engine/engine';
import { HealthBook } from '../../src/host/health/healthBook';
import { systemClock } from '../../src/host/util/systemClock';
import { temporaryFolder } from '../support/temporaryFolder';
import { apiKey, engineFor } from './clients';
import { none, withSpread, type Row } from './row';
import { median } from './statistics';
import { costPerToken, endpoint, readWithEngine, type Load, type Read } from './tokenCost';
import { characters, lastRead, streamOf, tokenReads } from './tokens';
import { gatewaysFrom } from '../support/testGateways';

const tokens = 20_000;
const turns = 100;
/** Many rounds, because a garbage collection or another process can double the cost of one round. */
const rounds = 101;

/** Compares three gateways and the health book to a single gateway without the book, for each token and each turn. */
export async function gatewayCost(): Promise<readonly Row[]> {
  const onError = (error: unknown): void => {
    throw error;
  };
  const book = new HealthBook({ folder: temporaryFolder(), clock: systemClock, redact: (text) => text, onError });
  const backups = [1, 2].map((n) => ({ baseUrl: `https://backup-${n}.test/v1`, apiKey: `${apiKey}-${n}` }));
  const gateways = gatewaysFrom({ baseUrl: endpoint.baseUrl, apiKey, backups });
  const several = engineFor(endpoint, {
    gateways: () => Promise.resolve(gateways),
    onAttemptEnd: (...end) => book.recordAttempt(...end),
  });
  const single = engineFor(endpoint);
  const manyTurns =
    (engine: Engine): Read =>
    async () => {
      let length = 0;
      for (let turn = 0; turn < turns; turn++) length += await readWithEngine(engine);
      return length;
    };
  return [
    await compare(
      'token',
      loadOf(tokens, 1),
      () => readWithEngine(several),
      () => readWithEngine(single),
    ),
    await compare('turn', loadOf(1, turns), manyTurns(several), manyTurns(single)),
  ];
}

/** With several turns, the cost is measured per turn instead of per token. */
function loadOf(count: number, repeats: number): Load {
  const reads = [...tokenReads(0, count, 8), lastRead];
  const serve = () => () => Promise.resolve(streamOf(reads, { each: 'loop turn' }));
  return { tokens: count * repeats, characters: characters(count) * repeats, serve };
}

async function compare(unit: string, load: Load, several: Read, single: Read): Promise<Row> {
  const ratios: number[] = [];
  const costs: number[] = [];
  for (let round = -2; round < rounds; round++) {
    // Alternates the order, because the engine that is measured second starts with a larger heap.
    const order = round % 2 === 0 ? [several, single] : [single, several];
    const cost = new Map<Read, number>();
    for (const read of order) cost.set(read, await costPerToken(read, load));
    const [own = NaN, other = NaN] = [cost.get(several), cost.get(single)];
    if (round >= 0) ratios.push(own / other);
    if (round >= 0) costs.push(own);
  }
  return {
    what: `CPU per ${unit} with three gateways and the health book ÷ one gateway without it, median of ${rounds}`,
    ours: `${median(costs).toFixed(1)} µs`,
    peer: none,
    ratio: withSpread(ratios),
    aim: '≤ 1.05',
  };
}
