import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events';
import { normalizeBaseUrl, type BaseUrl } from '../../../src/engine/gateway/baseUrl';
import { initialTurn, reduceTurn } from '../../../src/engine/state/turnState';
import type { BackupNotices as AnyBackupNotices } from '../../../src/host/connection/backupNotices';
import type { ConversationChange } from '../../../src/host/conversation/conversationRecord';
import type { Exchange } from '../../../src/host/journal/exchange';
import { Listeners } from '../../../src/host/util/listeners';
import { useVSCode } from '../../support/fakeVSCode';
import { attempt, done, failed, text } from '../conversation/scriptedEngine';

const [api, backup, other] = ['https://api.example', 'https://backup.example', 'https://other.example'];
const over = (origin: string, number = 1): StreamEvent => ({ ...attempt('m', number), origin }) as StreamEvent;
const fail = (error: unknown): never => {
  throw error;
};

interface Toast {
  readonly message: string;
  readonly press: (title: string) => void;
}

/** A VS Code with an extension host, whose notifications the test answers. */
function fakeEditorApi(toasts: Toast[]): object {
  return {
    EventEmitter: class {
      private readonly listeners = new Listeners<undefined>(fail);
      readonly event = this.listeners.event;
      fire(): void {
        this.listeners.fire(undefined);
      }
      dispose(): void {
        // Nothing to dispose of.
      }
    },
    l10n: { t: (message: string, ...args: unknown[]) => message.replace('{0}', String(args[0])) },
    window: {
      showInformationMessage: (message: string) =>
        new Promise<string>((resolve) => toasts.push({ message, press: resolve })),
    },
  };
}

class NoticesFixture {
  /** The base URLs of the backup routes in the settings. */
  backups: readonly string[] = [`${backup}/v1`, `${other}/v1`];
  readonly calls: string[] = [];
  readonly stored = new Map<string, unknown>();
  readonly notices: AnyBackupNotices<{ exchange: (id: string) => Exchange | undefined }>;
  changes = 0;
  private readonly exchanges = new Map<string, Exchange>();
  private readonly conversation = { exchange: (id: string) => this.exchanges.get(id) };
  private readonly conversationEvents = new Listeners<{
    readonly conversation: { exchange: (id: string) => Exchange | undefined };
    readonly change?: ConversationChange;
  }>(fail);
  private readonly settingsEvents = new Listeners<void>(fail);

  constructor(BackupNotices: typeof AnyBackupNotices) {
    this.notices = new BackupNotices({
      settings: {
        baseUrl: () => normalizeBaseUrl(api),
        backupBaseUrls: () => this.backups.map((url) => normalizeBaseUrl(url) as BaseUrl),
        removeBackupBaseUrls: (origin) => {
          this.calls.push(`remove ${origin}`);
          return Promise.resolve(() => {
            this.calls.push(`undo ${origin}`);
            return Promise.resolve();
          });
        },
        onDidChange: this.settingsEvents.event,
      },
      conversations: { onDidChange: this.conversationEvents.event },
      memory: {
        get: (key: string, fallback?: unknown) => (this.stored.get(key) ?? fallback) as never,
        update: (key, value) => {
          this.stored.set(key, value);
          return Promise.resolve();
        },
      },
      log: { error: fail },
    });
    this.notices.onDidChange(() => this.changes++);
  }

  /** Emits events of a new turn. As in a conversation, its state changes before the events are reported. */
  emit(events: readonly StreamEvent[], fields: Partial<Exchange> = {}): void {
    const state = events.reduce(reduceTurn, initialTurn);
    this.exchanges.set('e', { id: 'e', prompt: 'Hi', queued: false, state, ...fields });
    const change = { type: 'events', exchangeId: 'e', events } as const;
    this.conversationEvents.fire({ conversation: this.conversation, change });
  }

  set(backups: readonly string[]): void {
    this.backups = backups;
    this.settingsEvents.fire();
  }
}

describe('new backup routes', () => {
  const toasts: Toast[] = [];
  useVSCode(fakeEditorApi(toasts));
  let fixture: NoticesFixture;
  let create: () => NoticesFixture;
  before(async () => {
    const { BackupNotices } = await import('../../../src/host/connection/backupNotices');
    create = () => new NoticesFixture(BackupNotices);
  });
  beforeEach(() => {
    toasts.length = 0;
    fixture = create();
  });
  const newBackup = (): string | undefined => fixture.notices.newBackup;

  it('are found by the first text that comes over them', () => {
    fixture.emit([over(backup)]);
    assert.equal(newBackup(), undefined);
    fixture.emit([over(backup), text('Hi')]);
    assert.equal(newBackup(), backup);
    fixture.emit([over(backup), text('Hi'), text(' there')]);
    assert.equal(fixture.changes, 1);
  });

  it('are found by a complete answer without text', () => {
    fixture.emit([over(backup), done('')]);
    assert.equal(newBackup(), backup);
  });

  it('are not found by a failure, or by an attempt that follows the text of another route', () => {
    fixture.emit([over(backup), failed('')]);
    fixture.emit([over(api), text('Hi'), over(backup, 2)]);
    assert.equal(newBackup(), undefined);
  });

  it('include neither the origin of the base URL nor a route that is not in the settings', () => {
    fixture.set([`${api}/v2`]);
    fixture.emit([over(api), text('Hi')]);
    fixture.emit([over('https://removed.example'), text('Hi')]);
    assert.equal(newBackup(), undefined);
  });

  it('include no answer of the demo', () => {
    fixture.emit([over(backup), text('Hi')], { demo: true });
    assert.equal(newBackup(), undefined);
  });

  it('are reported one after the other', async () => {
    fixture.emit([over(backup), text('Hi')]);
    fixture.emit([over(other), text('Hi')]);
    assert.equal(newBackup(), backup);
    await fixture.notices.keep(backup);
    assert.equal(newBackup(), other);
  });

  it('are not reported again after the user has kept them, even in another window', async () => {
    fixture.emit([over(backup), text('Hi')]);
    await fixture.notices.keep(backup);
    const { stored } = fixture;
    for (const window of [fixture, create()]) {
      for (const [key, value] of stored) window.stored.set(key, value);
      window.emit([over(backup), text('Hi')]);
      assert.equal(window.notices.newBackup, undefined);
    }
  });

  it('are removed from the settings at the request of the user, who can undo it', async () => {
    fixture.emit([over(backup), text('Hi')]);
    await fixture.notices.remove(backup);
    assert.equal(newBackup(), undefined);
    const [toast] = toasts;
    assert.equal(toast?.message, 'backup.example is no longer a backup route.');
    toast.press('Undo');
    await new Promise(setImmediate);
    assert.deepEqual(fixture.calls, [`remove ${backup}`, `undo ${backup}`]);
  });

  it('are reported again when the user uses them again after removing them', async () => {
    fixture.emit([over(backup), text('Hi')]);
    await fixture.notices.remove(backup);
    fixture.emit([over(backup), text('Hi')]);
    assert.equal(newBackup(), backup);
  });

  it('are no longer reported after the user has removed them from the settings', () => {
    fixture.emit([over(backup), text('Hi')]);
    fixture.set([`${other}/v1`]);
    assert.equal(newBackup(), undefined);
    assert.equal(fixture.changes, 2);
  });

  it('are reported if the user adds their base URL between two parts of an answer', () => {
    fixture.set([]);
    fixture.emit([over(backup), text('Hi')]);
    fixture.set([`${backup}/v1`]);
    fixture.emit([over(backup), text('Hi'), text(' there')]);
    assert.equal(newBackup(), backup);
  });

  it('are neither kept nor removed if no notice names them', async () => {
    await fixture.notices.keep(backup);
    await fixture.notices.remove(backup);
    assert.deepEqual([fixture.calls, toasts, [...fixture.stored]], [[], [], []]);
  });
});
