import * as vscode from 'vscode';
import type { RecordedEvent } from '../../engine/events';
import { hostOf } from '../../engine/gateway/baseUrl';
import type { Conversation } from '../conversation/conversation';
import type { ConversationChange } from '../conversation/conversationRecord';
import type { Log } from '../util/log';
import type { Settings } from '../settings/settings';
import { showToast } from '../ui/notifications';
import { Disposable } from '../util/disposable';

type AnswerSource = Pick<Conversation, 'exchange'>;

type Subscribe<T> = (listener: (event: T) => void) => { dispose(): void };

interface BackupNoticeDeps<Source extends AnswerSource> {
  readonly settings: Pick<Settings, 'baseUrl' | 'backupBaseUrls' | 'removeBackupBaseUrls'> & {
    readonly onDidChange: Subscribe<void>;
  };
  readonly conversations: {
    readonly onDidChange: Subscribe<{ readonly conversation: Source; readonly change?: ConversationChange }>;
  };
  /** Global state of the extension, which stores the backup routes that the user has kept. */
  readonly memory: Pick<vscode.Memento, 'get' | 'update'>;
  readonly log: Pick<Log, 'error'>;
}

const memoryKey = 'holysheep.keptBackups';
/**
 * Maximum number of origins that are stored because the user decided to keep their routes. Beyond that number, the
 * oldest are forgotten, so a notice about them appears again.
 */
const maxKeptOrigins = 50;

/**
 * Finds the backup routes over which an answer of a conversation has come for the first time, until the user decides
 * whether to keep them. Answers of the demo don't count.
 */
export class BackupNotices<Source extends AnswerSource = Conversation> extends Disposable {
  private readonly changeEmitter = this.register(new vscode.EventEmitter<void>());
  /** Fires when {@link newBackup} may have changed. */
  readonly onDidChange = this.changeEmitter.event;
  /** Origins of the routes about which the user has not decided yet, in the order of their first answers. */
  private undecided: readonly string[] = [];
  /** Origin of the last answer. It is not looked up again for every part of the answer. */
  private lastOrigin: string | undefined;

  constructor(private readonly deps: BackupNoticeDeps<Source>) {
    super();
    this.register(deps.conversations.onDidChange(({ conversation, change }) => this.handle(conversation, change)));
    this.register(deps.settings.onDidChange(() => this.handleSettingsChange()));
  }

  /** Origin of a backup route about which the user has not decided yet. */
  get newBackup(): string | undefined {
    return this.undecided[0];
  }

  /** Keeps a backup route. No further notice about its origin appears. */
  async keep(origin: string): Promise<void> {
    const { memory } = this.deps;
    if (!this.undecided.includes(origin)) return;
    this.removeUndecided(origin);
    const others = this.keptOrigins().filter((kept) => kept !== origin);
    await memory.update(memoryKey, [...others, origin].slice(-maxKeptOrigins));
  }

  /** Removes the backup routes of an origin from the settings, and offers to undo that. */
  async remove(origin: string): Promise<void> {
    const { settings, log } = this.deps;
    if (!this.undecided.includes(origin)) return;
    const undo = await settings.removeBackupBaseUrls(origin);
    this.removeUndecided(origin);
    const message = vscode.l10n.t('{0} is no longer a backup route.', hostOf(origin));
    showToast(log, 'information', message, [{ title: vscode.l10n.t('Undo'), run: undo }]);
  }

  private handle(conversation: Source, change: ConversationChange | undefined): void {
    if (change?.type !== 'events') return;
    const part = change.events.findLast(isAnswerPart);
    const exchange = part && conversation.exchange(change.exchangeId);
    if (!exchange || exchange.demo) return;
    const { entries } = exchange.state.ledger;
    const origin = entries.findLast(({ attempt }) => attempt === part.attempt)?.origin;
    if (origin === undefined || origin === this.lastOrigin) return;
    this.lastOrigin = origin;
    if (this.undecided.includes(origin) || this.keptOrigins().includes(origin) || !this.isBackup(origin)) return;
    this.undecided = [...this.undecided, origin];
    this.changeEmitter.fire();
  }

  private handleSettingsChange(): void {
    this.lastOrigin = undefined;
    for (const origin of this.undecided) if (!this.isBackup(origin)) this.removeUndecided(origin);
  }

  private removeUndecided(origin: string): void {
    this.lastOrigin = undefined;
    this.undecided = this.undecided.filter((undecided) => undecided !== origin);
    this.changeEmitter.fire();
  }

  private isBackup(origin: string): boolean {
    const { settings } = this.deps;
    const primary = settings.baseUrl();
    if ('error' in primary || primary.origin === origin) return false;
    return settings.backupBaseUrls().some((backup) => backup.origin === origin);
  }

  private keptOrigins(): readonly string[] {
    return this.deps.memory.get<readonly string[]>(memoryKey, []);
  }
}

/** Returns whether the event proves that an answer comes over the route of its attempt. */
function isAnswerPart({ type }: RecordedEvent): boolean {
  return type === 'text' || type === 'done';
}
