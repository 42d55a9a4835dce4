import assert from 'node:assert/strict';
import type { CodeRequest, CodeRun } from '../../../../src/webview/markdown/highlight/codeRuns';
import { createRunFinder } from '../../../../src/webview/markdown/highlight/codeHighlighter';
import { fake } from '../../../support/fake';
import { Answer, highlighting } from '../streamingHarness';

const maxHighlightMs = 3000;

class FakeWorker {
  onmessage: ((event: MessageEvent<readonly CodeRun[] | undefined>) => void) | null = null;
  onerror: ((event: ErrorEvent) => void) | null = null;
  readonly codes: string[] = [];
  isTerminated = false;

  postMessage({ code }: CodeRequest): void {
    this.codes.push(code);
  }

  terminate(): void {
    this.isTerminated = true;
  }

  async send(data: readonly CodeRun[] | undefined): Promise<void> {
    this.onmessage?.({ data } as MessageEvent<readonly CodeRun[] | undefined>);
    await highlighting();
  }
}

const runs: readonly CodeRun[] = [{ text: 'let', kind: 'keyword' }];

async function setUp() {
  const workers: FakeWorker[] = [];
  const waitedMs: number[] = [];
  const found: (readonly CodeRun[] | undefined)[] = [];
  let expire = (): void => undefined;
  const startWorker = (): Worker => {
    const worker = new FakeWorker();
    workers.push(worker);
    return fake<Worker>(worker);
  };
  const findRuns = createRunFinder(startWorker, (ms, expired) => {
    waitedMs.push(ms);
    expire = expired;
    return () => (expire = () => undefined);
  });
  for (const code of ['a', 'b']) void findRuns('ts', code).then((result) => found.push(result));
  assert.equal(workers.length, 0);
  await highlighting();
  const runOut = async (): Promise<void> => {
    expire();
    await highlighting();
  };
  return { workers, waitedMs, found, findRuns, runOut };
}

describe('code highlighting in a worker', () => {
  it('sends one code block at a time to a single worker', async () => {
    const { workers, found, runOut } = await setUp();
    assert.deepEqual(workers[0]?.codes, ['a']);
    await workers[0].send(runs);
    await workers[0].send(undefined);
    assert.deepEqual(workers[0].codes, ['a', 'b']);
    await runOut();
    assert.deepEqual([found, workers.length], [[runs, undefined], 1]);
  });

  it('starts a new worker if a code block takes longer than 3 s', async () => {
    const { workers, waitedMs, found, runOut } = await setUp();
    await runOut();
    assert.deepEqual([workers[0]?.isTerminated, waitedMs], [true, [maxHighlightMs, maxHighlightMs]]);
    await workers[0]?.send(runs);
    assert.deepEqual(found, [undefined]);
    await workers[1]?.send(runs);
    assert.deepEqual(found, [undefined, runs]);
  });

  it('leaves the code without colors if the worker fails', async () => {
    const { workers, found } = await setUp();
    workers[0]?.onerror?.({} as ErrorEvent);
    await highlighting();
    await workers[1]?.send(runs);
    assert.deepEqual(found, [undefined, runs]);
  });

  it('leaves the code without colors if the page is not allowed to start a worker', async () => {
    const startWorker = (): never => {
      throw new Error('refused');
    };
    const findRuns = createRunFinder(startWorker, () => () => undefined);
    assert.deepEqual(await Promise.all(['a', 'b'].map((code) => findRuns('ts', code))), [undefined, undefined]);
  });

  it('ignores the result for code that has been replaced', async () => {
    const { workers, findRuns } = await setUp();
    await workers[0]?.send(undefined);
    await workers[0]?.send(undefined);
    const { root, markdown } = new Answer({ findRuns }).stream(['```ts\nlet\n```\n']);
    await highlighting();
    markdown.replace('```ts\nconst\n```\n');
    markdown.finish();
    await workers[0]?.send(runs);
    assert.equal(root.querySelector('code')?.innerHTML, 'const\n');
    await workers[0]?.send([{ text: 'const\n', kind: 'keyword' }]);
    assert.equal(root.querySelector('code')?.innerHTML, '<span class="code-keyword">const\n</span>');
  });
});
