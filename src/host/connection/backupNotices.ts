import * as vscode from 'vscode';
import { hostOf } from '../../engine/gateway/baseUrl';
import type { TurnRecord } from '../../engine/state/ledger';
import type { Settings } from '../settings/settings';
import { showToast } from '../ui/notifications';
import { Disposable } from '../util/disposable';
import type { Log } from '../util/log';
import { RememberedTexts } from '../util/rememberedTexts';

interface BackupNoticeDeps {
  readonly settings: Pick<Settings, 'baseUrl' | 'backupBaseUrls' | 'removeBackupBaseUrls' | 'onDidChange'>;
  readonly memory: Pick<vscode.Memento, 'get' | 'update'>;
  readonly log: Pick<Log, 'error'>;
}

/** Finds backup routes over which an answer has come for the first time, until the user decides whether to keep them. */
export class BackupNotices extends Disposable {
  private readonly changeEmitter = this.register(new vscode.EventEmitter<void>());
  /** Fires when {@link newBackup} may have changed. */
  readonly onDidChange = this.changeEmitter.event;
  /** Origins of the routes about which the user has not decided yet, in the order of their first answers. */
  private undecided: readonly string[] = [];
  private readonly kept: RememberedTexts;

  constructor(private readonly deps: BackupNoticeDeps) {
    super();
    const { memory, log, settings } = deps;
    this.kept = new RememberedTexts(memory, 'holysheep.keptBackups', (error) => log.error(error));
    this.register(
      settings.onDidChange(() => this.setUndecided(this.undecided.filter((origin) => this.isBackup(origin)))),
    );
  }

  get newBackup(): string | undefined {
    return this.undecided[0];
  }

  record({ attempts }: Pick<TurnRecord, 'attempts'>): void {
    const origins = attempts.flatMap(({ origin, ended }) => (ended?.how === 'finished' ? [origin] : []));
    const found = origins.filter((origin) => this.isBackup(origin) && !this.kept.has(origin));
    this.setUndecided([...new Set([...this.undecided, ...found])]);
  }

  /** No further notice about the origin appears. */
  keep(origin: string): void {
    if (!this.undecided.includes(origin)) return;
    this.kept.add(origin);
    this.setUndecided(this.undecided.filter((other) => other !== origin));
  }

  async remove(origin: string): Promise<void> {
    const { settings, log } = this.deps;
    if (!this.undecided.includes(origin)) return;
    const undo = await settings.removeBackupBaseUrls(origin);
    const message = vscode.l10n.t('{0} is no longer a backup route.', hostOf(origin));
    showToast(log, 'information', message, [{ title: vscode.l10n.t('Undo'), run: undo }]);
  }

  private setUndecided(origins: readonly string[]): void {
    const hasChanged = origins.length !== this.undecided.length;
    this.undecided = origins;
    if (hasChanged) this.changeEmitter.fire();
  }

  private isBackup(origin: string): boolean {
    const { settings } = this.deps;
    const primary = settings.baseUrl();
    if ('error' in primary || primary.origin === origin) return false;
    return settings.backupBaseUrls().some((backup) => backup.origin === origin);
  }
}
