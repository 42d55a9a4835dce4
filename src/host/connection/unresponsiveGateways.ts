import type { Memento } from 'vscode';
import type { ProbeResult } from '../../engine/engine';
import { originOf } from '../../engine/gateway/baseUrl';
import type { TurnRecord } from '../../engine/state/ledger';
import { Listeners } from '../util/listeners';
import type { ErrorLog } from '../util/log';

const memoryKey = 'holysheep.unresponsiveGateways';

/**
 * Returns whether a gateway has sent an HTTP response, even if the response refuses the request. A response from a
 * proxy shows nothing about the gateway.
 */
export function hasResponded(result: ProbeResult): boolean {
  if (result.state === 'verified') return true;
  return result.state !== 'cancelled' && result.status !== undefined && result.kind !== 'proxy';
}

/**
 * Remembers the base URLs of gateways that the user added although they did not respond. No prompt goes to a backup
 * gateway in this list until it has responded. All windows share the list.
 */
export class UnresponsiveGateways {
  private readonly changes = new Listeners<void>((error) => this.log.error(error));
  readonly onDidChange = this.changes.event;

  constructor(
    private readonly memory: Memento,
    private readonly log: ErrorLog,
  ) {}

  has(baseUrl: string): boolean {
    return this.remembered().includes(baseUrl);
  }

  async add(baseUrl: string): Promise<void> {
    if (!this.has(baseUrl)) await this.memory.update(memoryKey, [...this.remembered(), baseUrl]);
  }

  recordProbe(baseUrl: string, result: ProbeResult): void {
    if (hasResponded(result)) this.forget(originOf(baseUrl));
  }

  recordTurn({ attempts }: TurnRecord): void {
    for (const { gateway, headers } of attempts) if (headers) this.forget(originOf(gateway.id));
  }

  /** Forgets all base URLs of an origin, because the same server responds to them. */
  private forget(origin: string): void {
    const urls = this.remembered();
    const others = urls.filter((url) => originOf(url) !== origin);
    if (others.length === urls.length) return;
    this.memory.update(memoryKey, others).then(undefined, this.log.error);
    this.changes.fire();
  }

  private remembered(): readonly string[] {
    return this.memory.get<readonly string[]>(memoryKey, []);
  }
}
