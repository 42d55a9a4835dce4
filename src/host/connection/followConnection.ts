import type { ConnectionView } from '../../shared/protocol';
import type { Connections } from './connections';

/** Hands over where requests go, and again each time that changes; a view that comes late never replaces a later one. */
export function followConnection(
  connections: Pick<Connections, 'view' | 'onDidChange'>,
  take: (view: ConnectionView) => void,
  onError: (error: unknown) => void,
): { dispose(): void } {
  let asked = 0;
  const look = (): void => {
    const turn = ++asked;
    connections.view().then((view) => {
      if (turn === asked) take(view);
    }, onError);
  };
  const changes = connections.onDidChange(look);
  look();
  return {
    dispose: () => {
      asked++;
      changes.dispose();
    },
  };
}
