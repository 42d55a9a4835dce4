import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { Engine } from '../../src/engine/engine';
import { watchConnection } from '../../src/host/engine/connectionWatch';
import { answer } from '../support/replies';
import { startGateway } from '../support/testGateway';
import { apiKey, engineFor } from './clients';
import { firstTextWithEngine } from './firstToken';
import { none, ratioOf, type Row } from './row';
import { median } from './statistics';
import { gatewaysFrom } from '../support/testGateways';

const windows = 5;
const followingTurns = 300;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(3)} s`;

/**
 * Measures the first text through a backup gateway while the primary gateway is black-holed: the first turn of a window, and
 * its following turns. The primary gateway accepts connections, but never answers the first message of the TLS handshake.
 */
export async function failover(): Promise<readonly Row[]> {
  const gateway = await startGateway({ script: () => answer('Hello!') });
  const silent = createServer((socket) => socket.on('error', () => socket.destroy()));
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const blackHole = `https://127.0.0.1:${(silent.address() as AddressInfo).port}/v1`;
  const openWindow = (baseUrl: string): Engine => {
    const backups = [{ baseUrl: gateway.baseUrl, apiKey }];
    const gateways = () => Promise.resolve(gatewaysFrom({ baseUrl, apiKey, backups }));
    return engineFor({ baseUrl, fetch }, { gateways, watchConnection });
  };
  try {
    const firsts: number[] = [];
    const following: number[] = [];
    const undisturbed: number[] = [];
    for (let opened = 0; opened < windows; opened++) {
      const engine = openWindow(blackHole);
      firsts.push(await firstTextWithEngine(engine));
      const other = openWindow(gateway.baseUrl);
      for (let turn = 0; turn < followingTurns / windows; turn++) {
        following.push(await firstTextWithEngine(engine));
        undisturbed.push(await firstTextWithEngine(other));
      }
    }
    const alone = await failureOfFetch(blackHole);
    const [first, next, without] = [median(firsts), median(following), median(undisturbed)];
    return [
      {
        what: `First text with a black-holed primary and a backup, median of ${windows} windows`,
        ours: seconds(first),
        peer: `${seconds(alone)} to the error of fetch, no backup`,
        ratio: ratioOf(first, alone),
        aim: '≤ 2.5 s',
      },
      {
        what: `The same, following turns, median of ${followingTurns}`,
        ours: seconds(next),
        peer: `${seconds(without)}, without the outage`,
        ratio: none,
        aim: '≤ 0.3 s more',
      },
    ];
  } finally {
    silent.close();
    await gateway.close();
  }
}

async function failureOfFetch(baseUrl: string): Promise<number> {
  const start = performance.now();
  await fetch(`${baseUrl}/chat/completions`, { method: 'POST', body: '{}' }).catch(() => undefined);
  return performance.now() - start;
}
