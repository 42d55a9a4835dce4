import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { Listeners } from '../../../src/host/util/listeners';
import { useVSCode } from '../../support/fakeVSCode';
import { waitForEvents } from '../../support/host/scriptedEngine';

const importTerminal = () => import('../../../src/host/code/terminal');

interface FakeTerminal {
  readonly name: string;
  readonly state: { readonly shell: string | undefined };
  readonly exitStatus: object | undefined;
  show(): void;
  sendText(text: string, shouldExecute?: boolean): void;
}

describe('Insert into terminal', () => {
  /** What the terminals did, in order. */
  let actions: (readonly unknown[])[];
  let activeTerminal: FakeTerminal | undefined;
  let [startsShell, copied] = [true, ''];
  const shells = new Listeners<{ readonly terminal: FakeTerminal }>((error) => assert.fail(String(error)));

  const fakeTerminal = (name: string, shell?: string, exitStatus?: object): FakeTerminal => ({
    name,
    state: { shell },
    exitStatus,
    show(): void {
      actions.push([name, 'show']);
      if (name === 'new' && startsShell) shells.fire({ terminal: this });
    },
    sendText: (...sent) => actions.push([name, ...sent]),
  });
  useVSCode({
    window: {
      get activeTerminal() {
        return activeTerminal;
      },
      createTerminal: () => fakeTerminal('new'),
      onDidChangeTerminalShellIntegration: shells.event,
    },
    env: { clipboard: { writeText: (text: string) => Promise.resolve(void (copied = text)) } },
  });
  beforeEach(() => {
    [actions, startsShell, copied] = [[], true, ''];
    activeTerminal = fakeTerminal('active', 'bash');
  });

  const insert = async (code: string) => (await importTerminal()).insertIntoTerminal(code);
  /** Inserts code that must arrive in the active terminal. @returns the text that the terminal received */
  const inserted = async (code: string): Promise<unknown> => {
    assert.equal(await insert(code), false, code);
    const [show, [name, text, shouldExecute] = []] = actions.splice(0);
    assert.deepEqual([show, name, shouldExecute], [['active', 'show'], 'active', false]);
    return text;
  };

  it('inserts a line into the active terminal without running the line', async () => {
    assert.equal(await inserted('npm test'), 'npm test');
  });

  it('removes line breaks at the end, which would run the line', async () => {
    for (const end of ['\n', '\r', '\r\n\r\n', ' \n ', '\u2028', '\v', '\f']) {
      assert.equal(await inserted(`npm test${end}`), 'npm test');
    }
  });

  it('removes all control characters and invisible characters', async () => {
    const control = Array.from({ length: 0xa0 }, (_, code) => String.fromCharCode(code))
      .filter((character) => /\p{Cc}/u.test(character) && !/\s/.test(character))
      .join('');
    assert.equal(control.length, 60);
    const invisible = '\u061c\u200b\u200e\u200f\u202a\u202e\u2066\u2069\ufeff\u{e0041}';
    assert.equal(await inserted(`ls${control}${invisible} -l`), 'ls -l');
  });

  it('removes the codes that end a bracketed paste or write to the clipboard', async () => {
    assert.equal(
      await inserted('echo \u001b[201~; \u009b201~ id \u001b]52;c;eA==\u0007'),
      'echo [201~; 201~ id ]52;c;eA==',
    );
  });

  it('replaces a tab, which would complete a word', async () => {
    assert.equal(await inserted('\tls\t-l'), 'ls -l');
  });

  it('removes the mark of the prompt', async () => {
    assert.equal(await inserted('$ npm test'), 'npm test');
    assert.equal(await inserted('  PS C:\\> Get-ChildItem'), 'Get-ChildItem');
    for (const line of ['$HOME/bin/tool', 'echo $ x', '# comment', '> file']) assert.equal(await inserted(line), line);
  });

  it('inserts emoji and text in any script unchanged', async () => {
    assert.equal(await inserted("git commit -m '修复 👩‍💻 שלום'"), "git commit -m '修复 👩‍💻 שלום'");
  });

  const severalLines = {
    'several lines': ['cd a\nrm -rf b\n', 'cd a\nrm -rf b'],
    'lines that end with a carriage return': ['cd a\rrm -rf b', 'cd a\nrm -rf b'],
    'lines that end with a Unicode line separator': ['cd a\u2028rm -rf b\u2029', 'cd a\nrm -rf b'],
    'a command that continues on the next line': ['curl \\\n\t-H a\u001b', 'curl \\\n\t-H a'],
    'several lines after prompts': ['$ cd a\n$ ls\n', 'cd a\nls'],
    'a line that is too long for a terminal': ['é'.repeat(501), 'é'.repeat(501)],
  };
  for (const [name, [code = '', text]] of Object.entries(severalLines)) {
    it(`copies ${name}`, async () => {
      assert.equal(await insert(code), true);
      assert.deepEqual([actions, copied], [[['active', 'show']], text]);
    });
  }

  const unusable = {
    'there is no terminal': () => undefined,
    'another program is running in the active terminal': () => fakeTerminal('active'),
    'Python is running in the active terminal': () => fakeTerminal('active', 'python'),
    'the shell of the active terminal has exited': () => fakeTerminal('active', 'bash', { code: 0 }),
  };
  for (const [name, terminal] of Object.entries(unusable)) {
    it(`opens a terminal if ${name}`, async () => {
      activeTerminal = terminal();
      assert.equal(await insert('ls'), false);
      assert.deepEqual(actions, [
        ['new', 'show'],
        ['new', 'ls', false],
      ]);
    });
  }

  it('copies the line if the shell of a new terminal does not start in time', async () => {
    activeTerminal = undefined;
    startsShell = false;
    const { insertIntoTerminal } = await importTerminal();
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const isCopied = insertIntoTerminal('ls\n');
      await waitForEvents();
      assert.deepEqual([actions, copied], [[['new', 'show']], '']);
      mock.timers.tick(3000);
      assert.equal(await isCopied, true);
      assert.deepEqual([actions, copied], [[['new', 'show']], 'ls']);
    } finally {
      mock.timers.reset();
    }
  });
});
