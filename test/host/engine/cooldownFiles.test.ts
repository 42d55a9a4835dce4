import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Cooldown, CooldownScope, SharedCooldowns } from '../../../src/engine/gate/cooldowns';
import { cooldownFiles } from '../../../src/host/engine/cooldownFiles';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';

const scope: CooldownScope = { origin: 'https://gateway.test', apiKey: 'hsa-very-secret-key', model: 'gpt-4o' };
const other: CooldownScope = { ...scope, model: 'other' };
const minute = 60_000;

/** As root nothing is read-only; nobody's eyes see it. */
async function withoutPrivileges(run: () => Promise<void>): Promise<void> {
  const { geteuid, seteuid } = process;
  if (geteuid?.() !== 0) return run();
  seteuid?.(65534);
  try {
    await run();
  } finally {
    seteuid?.(0);
  }
}

describe('cooldowns in files', () => {
  const clock = { time: 0, now: (): number => clock.time };
  let parent: string;
  let folder: string;
  let problems: string[];

  const open = (): SharedCooldowns => cooldownFiles(folder, clock, (problem) => problems.push(problem));
  const cooldown = (delayMs: number, from = clock.time): Cooldown => ({
    until: from + delayMs,
    delayMs,
    source: 'server',
    reason: 'rate-limit',
  });
  const names = (): readonly string[] => readdirSync(folder);

  beforeEach(() => {
    clock.time = Date.UTC(2026, 0, 15, 9, 0, 0);
    parent = temporaryFolder();
    folder = path.join(parent, 'storage', 'cooldowns');
    problems = [];
  });

  afterEach(() => {
    removeTemporaryFolder(parent);
  });

  it('are unknown where nothing was ever written, and reading creates nothing', async () => {
    assert.equal(await open().read(scope), undefined);
    await open().clear();
    assert.deepEqual([readdirSync(parent), problems], [[], []]);
  });

  for (const note of [
    { ...cooldown(minute, 0), source: 'server', reason: 'rate-limit' },
    { ...cooldown(1500, 0), source: 'backoff', reason: 'overloaded' },
    { ...cooldown(minute, 0), source: 'server', reason: 'credit' },
  ] as const) {
    it(`reach other windows as they were written: ${note.reason}, ${note.source}`, async () => {
      const written = { ...note, until: note.until + clock.time };
      const [here, there] = [open(), open()];
      await here.write(scope, written);
      assert.deepEqual(await there.read(scope), written);
      assert.deepEqual(problems, []);
    });
  }

  it('are not read back by the window that wrote them', async () => {
    const here = open();
    await here.write(scope, cooldown(minute));
    assert.equal(await here.read(scope), undefined);
  });

  it('concern one origin, key and model', async () => {
    await open().write(scope, cooldown(minute));
    for (const change of [{ origin: 'https://b.test' }, { apiKey: 'b' }, { model: 'b' }]) {
      assert.equal(await open().read({ ...scope, ...change }), undefined);
    }
  });

  it('are whole milliseconds, never fewer than were meant', async () => {
    await open().write(scope, { ...cooldown(1000.2), until: clock.time + 1000.2 });
    const read = await open().read(scope);
    assert.deepEqual([read?.until, read?.delayMs], [clock.time + 1001, 1001]);
  });

  it('have no key in any name, nor anything in the files', async () => {
    await open().write(scope, cooldown(minute));
    const [name = ''] = names();
    assert.match(name, /^[0-9a-f]{24}\.\d+\.60000\.server\.rate-limit\.[0-9a-f]{8}$/);
    assert.ok(!name.includes(scope.apiKey));
  });

  it('survive any number of writers at once: the one that ends last counts', async () => {
    const [here, there] = [open(), open()];
    const delays = Array.from({ length: 60 }, (_, n) => 1000 + ((n * 37) % 60) * 500);
    await Promise.all(delays.map((delayMs, n) => (n % 2 ? here : there).write(scope, cooldown(delayMs))));
    assert.equal((await open().read(scope))?.until, clock.time + Math.max(...delays));
    assert.deepEqual([names().length, problems], [60, []]);
  });

  it('survive readers, writers and clears at once', async () => {
    const windows = [open(), open()];
    await Promise.all(
      Array.from({ length: 40 }, async (_, n) => {
        const window = windows[n % 2];
        await window?.write(scope, cooldown(minute + n));
        await window?.read(scope);
        if (n % 10 === 0) await window?.clear(scope);
      }),
    );
    await windows[0]?.write(scope, cooldown(2 * minute));
    assert.equal((await windows[1]?.read(scope))?.until, clock.time + 2 * minute);
    assert.deepEqual(problems, []);
  });

  it('written twice are one note', async () => {
    const here = open();
    await here.write(scope, cooldown(minute));
    await here.write(scope, cooldown(minute));
    assert.deepEqual([names().length, problems], [1, []]);
  });

  it('are removed by whoever sees them over', async () => {
    await open().write(scope, cooldown(1000));
    await open().write(other, cooldown(minute));
    clock.time += 1000;
    assert.equal(await open().read(scope), undefined);
    assert.equal(names().length, 1);
  });

  it('are not misled by what else is in the folder', async () => {
    mkdirSync(folder, { recursive: true });
    const key = '0'.repeat(24);
    const until = clock.time + minute;
    const garbage = [
      'garbage',
      '.DS_Store',
      key,
      `${key}.${until}.60000`,
      `${key}.${until}.60000.server.rate-limit`,
      `${key}.NaN.60000.server.rate-limit.00000000`,
      `${key}.${until}.-5.server.rate-limit.00000000`,
      `${key}.${until}.60000.nobody.rate-limit.00000000`,
      `${key}.${until}.60000.server.rate-limit.00000000.tmp`,
    ];
    for (const name of garbage) writeFileSync(path.join(folder, name), 'half a li');
    await open().write(scope, cooldown(minute));
    assert.equal((await open().read(scope))?.until, until);
    await open().clear();
    assert.deepEqual([[...names()].sort(), problems], [[...garbage].sort(), []]);
  });

  it('with a reason that only another version knows are limits', async () => {
    await open().write(scope, cooldown(minute));
    const [name = ''] = names();
    writeFileSync(path.join(folder, name.replace('60000.server.rate-limit', '60000.server.something-new')), '');
    assert.equal((await open().read(scope))?.reason, 'rate-limit');
  });

  for (const delayMs of [3_600_001, 0, -5, NaN, Infinity]) {
    it(`of ${delayMs} ms are not written`, async () => {
      await open().write(scope, { ...cooldown(minute), delayMs });
      assert.deepEqual(readdirSync(parent), []);
    });
  }

  it('that claim to last for more than an hour are removed', async () => {
    await open().write(scope, cooldown(minute));
    const [name = ''] = names();
    const [key = ''] = name.split('.');
    const nonsense = `${key}.${clock.time + 1e9}.1000000000.server.rate-limit.00000000`;
    writeFileSync(path.join(folder, nonsense), '');
    assert.equal((await open().read(scope))?.until, clock.time + minute);
    assert.deepEqual(names(), [name]);
  });

  it('written before the clock was set back count from now, once', async () => {
    await open().write(scope, cooldown(minute));
    clock.time -= 24 * 3_600_000;
    const until = clock.time + minute;
    assert.equal((await open().read(scope))?.until, until);
    clock.time += 30_000;
    assert.equal((await open().read(scope))?.until, until);
    clock.time += 30_000;
    assert.equal(await open().read(scope), undefined);
    assert.deepEqual(problems, []);
  });

  it('written before the clock was set back count the same for windows that see it at once', async () => {
    await open().write(scope, cooldown(minute));
    clock.time -= 24 * 3_600_000;
    const windows = [open(), open(), open()];
    await Promise.all(windows.map((window) => window.read(scope)));
    for (const window of windows) assert.equal((await window.read(scope))?.until, clock.time + minute);
    assert.deepEqual([names().length, problems], [1, []]);
  });

  it('written a moment ago by a clock that goes a little differently are taken as they are', async () => {
    const note = cooldown(minute, clock.time + 4000);
    await open().write(scope, note);
    assert.deepEqual(await open().read(scope), note);
  });

  it('are over where the clock was set forward', async () => {
    await open().write(scope, cooldown(minute));
    clock.time += 24 * 3_600_000;
    assert.equal(await open().read(scope), undefined);
    assert.deepEqual(names(), []);
  });

  it('are cleared for one scope, whoever wrote them', async () => {
    const [here, there] = [open(), open()];
    await here.write(scope, cooldown(minute));
    await there.write(scope, cooldown(2 * minute));
    await there.write(other, cooldown(minute));
    await here.clear(scope);
    assert.equal(await open().read(scope), undefined);
    assert.equal((await open().read(other))?.until, clock.time + minute);
  });

  it('are cleared all at once', async () => {
    await open().write(scope, cooldown(minute));
    await open().write(other, cooldown(minute));
    await open().clear();
    assert.deepEqual(names(), []);
  });

  it('that cannot be written, read or removed are logged once each, and nobody fails', async () => {
    await open().write(scope, cooldown(1000));
    // Nobody else may enter a temporary folder.
    for (const each of [parent, path.dirname(folder)]) chmodSync(each, 0o755);
    chmodSync(folder, 0o555);
    await withoutPrivileges(async () => {
      const here = open();
      for (let n = 0; n < 2; n++) {
        await here.write(scope, cooldown(minute));
        assert.equal((await here.read(scope))?.until, clock.time + 1000);
        await here.clear();
      }
      clock.time -= 3_600_000;
      assert.equal(await here.read(scope), undefined);
    });
    chmodSync(folder, 0o755);
    assert.deepEqual(problems, [
      "Cooldowns shared between windows can't be written: EACCES.",
      "Cooldowns shared between windows can't be removed: EACCES.",
      "Cooldowns shared between windows can't be renamed: EACCES.",
    ]);
  });

  it('are given up where there can be no folder', async () => {
    mkdirSync(path.dirname(folder));
    writeFileSync(folder, 'a file in its place');
    const here = open();
    for (let n = 0; n < 2; n++) {
      await here.write(scope, cooldown(minute));
      assert.equal(await here.read(scope), undefined);
      await here.clear(scope);
    }
    assert.deepEqual(problems, [
      "Cooldowns shared between windows can't be written: ENOTDIR.",
      "Cooldowns shared between windows can't be read: ENOTDIR.",
    ]);
  });
});
