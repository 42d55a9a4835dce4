import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../../../src/engine/clock';
import type { Cooldown, CooldownScope, SharedCooldowns } from '../../../src/engine/gate/cooldowns';
import { CooldownFiles } from '../../../src/host/engine/cooldownFiles';
import { fake } from '../../support/fake';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';

const scope: CooldownScope = { gateway: 'https://gateway.test/v1', key: 'hsa-very-secret-key', model: 'gpt-4o' };
const otherScope: CooldownScope = { ...scope, model: 'other' };
const minute = 60_000;

/** Runs a function as the user `nobody` if the tests run as root, because root can write to read-only files. */
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

describe('files that share cooldowns among windows', () => {
  const clock = { time: 0, now: (): number => clock.time };
  let parent: string;
  let folder: string;
  let problems: string[];

  const open = (): SharedCooldowns =>
    new CooldownFiles(folder, fake<Clock>(clock), (problem) => problems.push(problem));
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

  it('make a cooldown known to other windows, but not to the window that wrote it', async () => {
    const written = { ...cooldown(minute), source: 'backoff', reason: 'overloaded' } as const;
    const [here, there] = [open(), open()];
    assert.equal(await there.read(scope), undefined);
    await here.write(scope, written);
    assert.deepEqual(await there.read(scope), written);
    assert.equal(await here.read(scope), undefined);
    assert.deepEqual(problems, []);
  });

  it('apply a cooldown only to its gateway, API key and model', async () => {
    await open().write(scope, cooldown(minute));
    for (const change of [{ gateway: 'https://b.test' }, { key: 'b' }, { model: 'b' }]) {
      assert.equal(await open().read({ ...scope, ...change }), undefined);
    }
  });

  it('do not contain the API key in their names', async () => {
    await open().write(scope, cooldown(minute));
    const [name = ''] = names();
    assert.match(name, /^[0-9a-f]{24}\.\d+\.60000\.server\.rate-limit\.[0-9a-f]{8}$/);
    assert.ok(!name.includes(String(scope.key)));
  });

  it('contain the longest cooldown when several windows write at the same time', async () => {
    const [here, there] = [open(), open()];
    const delays = Array.from({ length: 60 }, (_, n) => 1000 + ((n * 37) % 60) * 500);
    await Promise.all(delays.map((delayMs, n) => (n % 2 ? here : there).write(scope, cooldown(delayMs))));
    assert.equal((await open().read(scope))?.until, clock.time + Math.max(...delays));
    assert.deepEqual([names().length, problems], [60, []]);
  });

  it('are deleted by the next reader when the cooldown has expired', async () => {
    await open().write(scope, cooldown(1000));
    await open().write(otherScope, cooldown(minute));
    const [key = ''] = names()[0]?.split('.') ?? [];
    writeFileSync(path.join(folder, `${key}.${clock.time + 1e9}.1000000000.server.rate-limit.00000000`), '');
    clock.time += 1000;
    assert.equal(await open().read(scope), undefined);
    assert.equal(names().length, 1);
  });

  it('are read correctly from a folder that also contains unrelated files', async () => {
    mkdirSync(folder, { recursive: true });
    const key = '0'.repeat(24);
    const until = clock.time + minute;
    const endings = ['60000', 'NaN.server.rate-limit.00000000', '60000.nobody.rate-limit.00000000'];
    const garbage = ['.DS_Store', key, ...endings.map((ending) => `${key}.${until}.${ending}`)];
    for (const name of garbage) writeFileSync(path.join(folder, name), 'unrelated content');
    await open().write(scope, cooldown(minute));
    assert.equal((await open().read(scope))?.until, until);
    await open().clear();
    assert.deepEqual([[...names()].sort(), problems], [[...garbage].sort(), []]);
  });

  for (const delayMs of [3_600_001, 0, NaN]) {
    it(`are not written for an invalid cooldown of ${delayMs} ms`, async () => {
      await open().write(scope, { ...cooldown(minute), delayMs });
      assert.deepEqual(readdirSync(parent), []);
    });
  }

  it("are deleted after the computer's clock was set back", async () => {
    const ahead = cooldown(minute, clock.time + 4000);
    await open().write(scope, ahead);
    assert.deepEqual(await open().read(scope), ahead);
    clock.time -= 24 * 3_600_000;
    assert.equal(await open().read(scope), undefined);
    assert.deepEqual([names(), problems], [[], []]);
  });

  it('are deleted for all windows when a cooldown is cleared', async () => {
    const [here, there] = [open(), open()];
    await here.write(scope, cooldown(minute));
    await there.write(scope, cooldown(2 * minute));
    await there.write(otherScope, cooldown(minute));
    await here.clear(scope);
    assert.equal(await open().read(scope), undefined);
    assert.equal((await open().read(otherScope))?.until, clock.time + minute);
  });

  it('cause another log entry if writing fails again after a successful write', async () => {
    const [here, storage] = [open(), path.dirname(folder)];
    for (let n = 0; n < 2; n++) {
      rmSync(storage, { recursive: true, force: true });
      writeFileSync(storage, 'a file in place of the folder');
      for (let m = 0; m < 2; m++) await here.write(scope, cooldown(minute));
      rmSync(storage);
      await here.write(scope, cooldown(minute));
    }
    assert.deepEqual(problems, Array(2).fill("Cooldowns shared between windows can't be written: ENOTDIR."));
  });

  it('cause only one log entry if writing fails repeatedly', async () => {
    await open().write(scope, cooldown(1000));
    // Lets other users enter the temporary folder.
    for (const ancestor of [parent, path.dirname(folder)]) chmodSync(ancestor, 0o755);
    chmodSync(folder, 0o555);
    await withoutPrivileges(async () => {
      const here = open();
      for (let n = 0; n < 2; n++) {
        await here.write(scope, cooldown(minute));
        assert.equal((await here.read(scope))?.until, clock.time + 1000);
        await here.clear();
      }
    });
    chmodSync(folder, 0o755);
    assert.deepEqual(problems, [
      "Cooldowns shared between windows can't be written: EACCES.",
      "Cooldowns shared between windows can't be removed: EACCES.",
    ]);
  });
});
