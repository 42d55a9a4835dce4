import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../../src/engine/engine';
import { HealthBook } from '../../src/host/health/healthBook';
import { systemClock } from '../../src/host/util/systemClock';
import { apiKey, engineFor, request, type EngineVariant } from './clients';
import { progress } from './progress';
import { ratioOf, type Row } from './row';
import { median } from './statistics';
import { costPerToken, readWithEngine, type Load } from './tokenCost';
import { characters, lastRead, streamOf, tokenReads } from './tokens';

const tokens = 20_000;
const turns = 400;
const rounds = 31;
const warmUps = 5;

/** Measures one variant of the engine. @returns microseconds of the user and system time of the process */
type Measure = (variant: EngineVariant) => Promise<number>;

const health = new HealthBook({
  folder: join(tmpdir(), `holysheep-bench-${process.pid}`),
  clock: systemClock,
  redact: (text) => text,
  onError: (error) => {
    throw error;
  },
});

const withRoutesAndHealth: EngineVariant = (deps) => ({
  ...deps,
  connection: async () => ({
    ...(await deps.connection()),
    backups: [2, 3].map((port) => ({ baseUrl: `http://127.0.0.1:${port}/v1`, apiKey: `${apiKey}-${port}` })),
  }),
  onTurnEnd: (record) => health.record(record),
});

/** The compared variants of the engine, by the name that the row shows. Each is compared to the plain engine. */
const variants: Readonly<Record<string, EngineVariant>> = {
  'three routes and the health book': withRoutesAndHealth,
};

/** Compares the engine to itself with further features turned on. */
export async function engineVariants(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const [name, variant] of Object.entries(variants)) {
    rows.push(await compare(`Host CPU per token, ${name}`, perToken, variant));
    rows.push(await compare(`Host CPU per turn, ${name}`, perTurn, variant));
  }
  return rows;
}

/** Alternates which engine is measured first. Uses the ratio of each round, because the load of the machine changes. */
async function compare(what: string, measure: Measure, variant: EngineVariant): Promise<Row> {
  const plain: EngineVariant = (deps) => deps;
  const ours: number[] = [];
  const peer: number[] = [];
  for (let round = -warmUps; round < rounds; round++) {
    const order = round % 2 === 0 ? [plain, variant] : [variant, plain];
    for (const each of order) {
      const cost = await measure(each);
      if (round >= 0) (each === plain ? peer : ours).push(cost);
    }
  }
  const ratios = ours.map((cost, round) => cost / (peer[round] ?? NaN));
  progress(`${what}, ratios: ${ratios.map((ratio) => ratio.toFixed(3)).join(' ')}`);
  return {
    what,
    ours: `${median(ours).toFixed(1)} µs`,
    peer: `${median(peer).toFixed(1)} µs, without them`,
    ratio: ratioOf(median(ratios), 1),
    aim: '≤ 1.05',
  };
}

function perToken(variant: EngineVariant): Promise<number> {
  const reads = [...tokenReads(0, tokens, 8), lastRead];
  const load: Load = {
    tokens,
    characters: characters(tokens),
    serve: () => () => Promise.resolve(streamOf(reads, { each: 'loop turn' })),
  };
  return costPerToken((endpoint) => readWithEngine(endpoint, variant), load);
}

/** Measures short answers, for which the work before the first and after the last token counts most. */
async function perTurn(variant: EngineVariant): Promise<number> {
  const reads = [...tokenReads(0, 1, 1), lastRead];
  const fetch = (): Promise<Response> => Promise.resolve(streamOf(reads));
  const engine = engineFor({ baseUrl: 'http://127.0.0.1:1/v1', fetch }, variant);
  globalThis.gc?.();
  const start = process.cpuUsage();
  for (let turn = 0; turn < turns; turn++) await readTurn(engine);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / turns;
}

/** @throws if the answer is not complete */
async function readTurn(engine: Engine): Promise<void> {
  let isDone = false;
  for await (const { type } of engine.stream(request)) isDone ||= type === 'done';
  if (!isDone) throw new Error('The answer is not complete.');
}
