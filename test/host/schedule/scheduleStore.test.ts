import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScheduleStore, type ScheduledPrompt } from '../../../src/host/schedule/scheduleStore';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';
import { valuesOf } from '../../support/valuesOf';

const prompt = (fields: Partial<ScheduledPrompt> = {}): ScheduledPrompt => ({
  id: randomUUID(),
  conversationId: randomUUID(),
  workspace: 'file:///home/me/app',
  gateway: 'https://own.example',
  model: 'm',
  dueAt: 2000,
  scheduledAt: 1000,
  title: 'Explain closures',
  ...fields,
});

describe('stored list of scheduled prompts', () => {
  let folder: string;
  let problems: string[];
  beforeEach(() => {
    folder = join(temporaryFolder(), 'scheduled');
    problems = [];
  });
  afterEach(() => removeTemporaryFolder(join(folder, '..')));

  const open = (): ScheduleStore => new ScheduleStore(folder, (problem) => problems.push(problem));
  const listed = async (): Promise<readonly string[]> => valuesOf((await open().list()).prompts, 'id');

  it('contains the prompts of all windows, sorted by time', async () => {
    const [late, online, early] = [prompt({ dueAt: 3000 }), prompt({ dueAt: undefined }), prompt({ dueAt: 2000 })];
    for (const added of [late, online, early]) await open().add(added);
    assert.deepEqual((await open().list()).prompts, [early, late, JSON.parse(JSON.stringify(online))]);
  });

  it('is empty before the first prompt is scheduled', async () => assert.deepEqual(await listed(), []));

  it('does not contain a removed prompt', async () => {
    const added = prompt();
    assert.equal(await open().has(added.id), false);
    await open().add(added);
    assert.equal(await open().has(added.id), true);
    await open().remove(added.id);
    assert.deepEqual([await open().has(added.id), await listed()], [false, []]);
  });

  const only = (indexed: ScheduledPrompt) => ({ prompts: [indexed], isComplete: true });
  const damaged: readonly (readonly [name: string, content: (id: string) => string])[] = [
    ['is empty', () => ''],
    ['is not JSON', () => '{"id":'],
    ['lacks a field', (id) => JSON.stringify({ ...prompt({ id }), model: undefined })],
    ['has a wrong type', (id) => JSON.stringify({ ...prompt({ id }), dueAt: 'soon' })],
    ['has the id of another file', () => JSON.stringify(prompt())],
    ['names no conversation', (id) => JSON.stringify(prompt({ id, conversationId: '../../secret' }))],
  ];
  for (const [name, content] of damaged) {
    it(`ignores a file that ${name}, and logs the problem once`, async () => {
      const [good, id] = [prompt(), randomUUID()];
      const store = open();
      await store.add(good);
      writeFileSync(join(folder, `${id}.json`), content(id));
      for (let time = 0; time < 2; time++) assert.deepEqual(await store.list(), only(good));
      assert.deepEqual(problems, [`The scheduled prompt ${id}.json is damaged and is ignored.`]);
    });
  }

  it('logs a damaged file once more if the file was valid in the meantime', async () => {
    const good = prompt();
    const store = open();
    await store.add(good);
    for (let time = 0; time < 2; time++) {
      writeFileSync(join(folder, `${good.id}.json`), '{"id":');
      await store.list();
      await store.add(good);
      assert.deepEqual(await store.list(), only(good));
    }
    assert.deepEqual(problems, Array(2).fill(`The scheduled prompt ${good.id}.json is damaged and is ignored.`));
  });

  for (const { name, make, code } of [
    { name: 'is a link to itself', make: (path) => symlinkSync(path, path), code: 'ELOOP' },
    { name: 'is a named pipe', make: (path) => execFileSync('mkfifo', [path]), code: 'EINVAL' },
    { name: 'is a link to a device without an end', make: (path) => symlinkSync('/dev/zero', path), code: 'EINVAL' },
    { name: 'is larger than 64 KB', make: (path) => writeFileSync(path, Buffer.alloc(65_537)), code: 'EFBIG' },
  ] as readonly { readonly name: string; readonly make: (path: string) => unknown; readonly code: string }[]) {
    it(`contains the other prompts and their conversations when a file ${name}, and logs the problem once`, async function () {
      if (process.platform === 'win32') return this.skip();
      const [good, id] = [prompt(), randomUUID()];
      const store = open();
      await store.add(good);
      make(join(folder, `${id}.json`));
      for (let time = 0; time < 2; time++) assert.deepEqual(await store.list(), { ...only(good), isComplete: false });
      assert.deepEqual([...(await store.conversationIds())], [good.conversationId]);
      assert.deepEqual(problems, [`The scheduled prompt ${id}.json can't be read: ${code}.`]);
    });
  }

  it('ignores other files and folders', async () => {
    await open().add(prompt());
    writeFileSync(join(folder, 'notes.json'), '{}');
    writeFileSync(join(folder, `${randomUUID()}.json.tmp`), '{}');
    mkdirSync(join(folder, randomUUID()));
    assert.equal((await listed()).length, 1);
    assert.deepEqual(problems, []);
  });

  it("can't be read by other users of the computer", async function () {
    if (process.platform === 'win32') return this.skip();
    await open().add(prompt());
    const [name = ''] = readdirSync(folder);
    assert.deepEqual([statSync(folder).mode & 0o777, statSync(join(folder, name)).mode & 0o777], [0o700, 0o600]);
  });
});
