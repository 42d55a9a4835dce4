import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { compileVictim, victimPath } from '../../support/kill/compileVictim';
import { onlineFile, openLiveScheduler } from '../../support/kill/liveScheduler';
import { propertyRuns } from '../../support/propertyRuns';
import { randomNumbers } from '../../support/randomNumbers';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { waitForEvents } from '../../support/host/scriptedEngine';
import { lastId, offline } from './scheduledWindow';

const kills = Math.ceil(propertyRuns / 25);
const windowCount = 3;
/** Looks at the index after which a surviving window has done all that is due, including taking the lock of the killed one. */
const looks = 10;

const seed = Date.now();

interface Outcome {
  /** Process ids of the windows that sent the prompt. */
  readonly senders: readonly string[];
  readonly phase: string | undefined;
  readonly indexed: readonly string[];
}

class LiveWindow {
  private readonly process;
  private readonly gone;
  private checks = 0;
  private readonly waits: (() => void)[] = [];
  private readonly printed = new Set<string>();

  constructor(...victimArguments: readonly string[]) {
    const stdio = ['ignore', 'pipe', 'inherit'] as const;
    this.process = spawn(process.execPath, [victimPath('scheduledVictim'), ...victimArguments], { stdio: [...stdio] });
    this.gone = once(this.process, 'exit');
    createInterface({ input: this.process.stdout }).on('line', (line) => {
      if (line === 'check') this.checks++;
      this.printed.add(line);
      for (const wake of this.waits.splice(0)) wake();
    });
  }

  async hasPrinted(line: string): Promise<this> {
    await this.until(() => this.printed.has(line));
    return this;
  }

  async hasExited(): Promise<this> {
    await this.gone;
    return this;
  }

  async hasLooked(): Promise<void> {
    const end = this.checks + looks;
    await this.until(() => this.checks >= end);
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.gone;
  }

  private async until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) await new Promise<void>((resolve) => this.waits.push(resolve));
  }
}

/** Schedules a prompt for when the gateway can be reached, and closes the window. @returns the id of its conversation */
async function schedulePrompt(root: string): Promise<string> {
  const { conversations, engine, scheduler } = openLiveScheduler(root);
  const conversation = conversations.startNew();
  conversation.ask({ prompt: 'Explain closures' });
  engine.turn.emit(offline);
  await waitForEvents();
  await scheduler.schedule(conversation, lastId(conversation));
  scheduler.dispose();
  conversations.flushSync();
  return conversation.id;
}

/**
 * Kills the window that sends the prompt.
 * @param moment milliseconds after it has found that the gateway can be reached, or `request` for the moment of its request
 */
async function killSender(moment: number | 'request'): Promise<Outcome> {
  const root = temporaryFolder();
  const requestsPath = join(root, 'requests');
  const windows: LiveWindow[] = [];
  try {
    const id = await schedulePrompt(root);
    for (let index = 0; index < windowCount; index++) windows.push(new LiveWindow(root, requestsPath, `${moment}`));
    // A window sends the prompt without a click only after it has found the gateway unreachable.
    await Promise.all(windows.map((window) => window.hasPrinted('offline')));
    writeFileSync(join(root, onlineFile), '');
    const sender = await Promise.race(
      windows.map((window) => (moment === 'request' ? window.hasExited() : window.hasPrinted('online'))),
    );
    if (moment !== 'request') await new Promise((resolve) => setTimeout(resolve, moment));
    await sender.kill();
    await Promise.all(windows.filter((window) => window !== sender).map((window) => window.hasLooked()));
    await Promise.all(windows.map((window) => window.kill()));
    const { journal } = openLiveScheduler(root);
    return {
      senders: existsSync(requestsPath) ? readFileSync(requestsPath, 'utf8').trim().split('\n') : [],
      phase: (await journal.read(id))?.tree.path().at(-1)?.answer.state.phase,
      indexed: readdirSync(join(root, 'scheduled')),
    };
  } finally {
    await Promise.all(windows.map((window) => window.kill()));
    removeTemporaryFolder(root);
  }
}

describe('scheduled prompt whose window is killed while it sends the prompt', () => {
  describe(`in ${windowCount} windows, ${2 * kills} times (seed ${seed})`, () => {
    const outcomes: Outcome[] = [];

    before(async function () {
      this.timeout(240_000);
      await compileVictim('scheduledVictim');
      const random = randomNumbers(seed);
      for (let kill = 0; kill < kills; kill++) {
        outcomes.push(await killSender('request'), await killSender(random() * 20));
      }
    });

    it('is never sent twice', () => {
      for (const { senders } of outcomes) assert.ok(senders.length <= 1, senders.join(' and '));
    });

    it('has an interrupted answer', () => {
      for (const { phase } of outcomes) assert.equal(phase, 'interrupted');
    });

    it('is removed from the list of scheduled prompts', () => {
      for (const { indexed } of outcomes) assert.deepEqual(indexed, []);
    });
  });
});
