import * as vscode from 'vscode';
import type { Log } from '../log';
import { toast } from '../toast';
import type { EndOfDemo } from './demoLife';
import type { DemoMode } from './demoMode';

export const demoIdleMs = 10 * 60_000;

export interface EndDemoDeps {
  readonly demo: DemoMode;
  readonly log: Log;
  readonly onError: (error: unknown) => void;
}

/** The demo stops by itself, and says so where nobody has seen it coming. */
export function endDemo({ demo, log, onError }: EndDemoDeps, why: EndOfDemo): void {
  demo.leave().catch(onError);
  log.info(`the demo has ended: ${why}`);
  if (why === 'closed') return;
  const minutes = Math.round(demoIdleMs / 60_000);
  const message = vscode.l10n.t('The offline demo has ended: nothing was asked of it for {0} minutes.', minutes);
  toast(log, 'information', message, [
    { title: vscode.l10n.t('Open again'), run: () => vscode.commands.executeCommand('holysheep.openDemo') },
  ]);
}
