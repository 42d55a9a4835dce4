import type { Connection } from '../../core/request';

/** Where a turn's last attempt went and with which key: a wait for that is over when it would go elsewhere now. */
export class RouteMemory {
  private last: Connection | undefined;

  remember<C extends Connection>(connection: C): C {
    this.last = connection;
    return connection;
  }

  isOther({ baseUrl, apiKey }: Connection): boolean {
    return this.last !== undefined && (baseUrl !== this.last.baseUrl || apiKey !== this.last.apiKey);
  }
}
