import assert from 'node:assert/strict';
import { Progress } from './progress';
import type { JobResult, SuiteJob } from './suiteJob';

const job = (name: string, kind: SuiteJob['kind'] = 'mocha'): SuiteJob => ({
  name,
  kind,
  stage: name.split(' ')[0]!,
  command: [],
  needs: [],
  takes: { cores: 1, memoryMb: 1 },
});

const passing = (passed: number): JobResult => ({ passed, failed: 0, failures: [], output: '' });
const failing: JobResult = { passed: 2, failed: 1, failures: ['a test: wrong'], output: '1 failing' };

class Screen {
  written = '';
  now = 0;

  constructor(
    readonly isTTY: boolean,
    readonly columns = 80,
  ) {}

  write(text: string): void {
    this.written += text;
  }

  /** Returns what was written since the last call. */
  read(): string {
    const { written } = this;
    this.written = '';
    return written;
  }
}

describe('progress of a test run', () => {
  const [ask, code, lint] = [job('e2e ask'), job('e2e code'), job('lint', 'check')];
  const showOn = (screen: Screen): Progress => new Progress([ask, code, lint], screen, () => screen.now);

  describe('output to a file', () => {
    it('prints a line for each finished stage, with the number of tests and the duration', () => {
      const screen = new Screen(false);
      const progress = showOn(screen);
      screen.now = 1000;
      progress.start(ask);
      progress.start(code);
      progress.end(code, passing(3));
      assert.equal(screen.read(), '');
      screen.now = 3500;
      progress.end(ask, passing(4));
      assert.equal(screen.read(), 'e2e: 7 passed, 0 failed (2.5 s)\n');
    });

    it('names a failed job immediately', () => {
      const screen = new Screen(false);
      const progress = showOn(screen);
      progress.start(ask);
      progress.end(ask, failing);
      assert.equal(screen.read(), 'e2e ask: 1 failed, see the end\n');
    });

    it('prints no test count for a job that prepares other jobs', () => {
      const screen = new Screen(false);
      const browser = job('browser', 'preparation');
      const progress = new Progress([browser], screen, () => 0);
      progress.start(browser);
      progress.end(browser, passing(0));
      assert.equal(screen.read(), 'browser: done (0.0 s)\n');
    });
  });

  describe('output to a terminal', () => {
    it('prints a line for each running stage, and replaces these lines with the next state', () => {
      const screen = new Screen(true);
      const progress = showOn(screen);
      progress.start(ask);
      assert.equal(screen.read(), 'e2e: 0 of 2 done, running: ask\n');
      progress.start(lint);
      assert.equal(
        screen.read(),
        '\u001b[1A\u001b[Je2e: 0 of 2 done, running: ask\nlint: 0 of 1 done, running: lint\n',
      );
      progress.end(lint, passing(1));
      assert.equal(
        screen.read(),
        '\u001b[2A\u001b[Jlint: 1 passed, 0 failed (0.0 s)\ne2e: 0 of 2 done, running: ask\n',
      );
    });

    it('prints the full name of a job that prepares other jobs', () => {
      const screen = new Screen(true);
      const vsix = { ...job('vsix'), stage: 'prepare' };
      new Progress([vsix], screen, () => 0).start(vsix);
      assert.equal(screen.read(), 'prepare: 0 of 1 done, running: vsix\n');
    });

    it('shortens a line to the width of the terminal, so that it can be erased', () => {
      const screen = new Screen(true, 20);
      showOn(screen).start(ask);
      assert.equal(screen.read(), 'e2e: 0 of 2 done, r\n');
    });
  });
});
