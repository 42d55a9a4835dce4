import assert from 'node:assert/strict';
import type { CodeRun } from '../../../../src/webview/markdown/highlight/codeRuns';
import {
  createRunFinder,
  maxHighlightMs,
  type HighlightWorker,
  type WorkerMessage,
  type WorkerRequest,
} from '../../../../src/webview/markdown/highlight/workerRuns';
import { openAnswer } from '../streamingHarness';

class FakeWorker implements HighlightWorker {
  onmessage: HighlightWorker['onmessage'] = null;
  onerror: HighlightWorker['onerror'] = null;
  readonly requests: WorkerRequest[] = [];
  isTerminated = false;

  postMessage(request: WorkerRequest): void {
    this.requests.push(request);
  }

  terminate(): void {
    this.isTerminated = true;
  }

  send(data: WorkerMessage): void {
    this.onmessage?.({ data } as MessageEvent<WorkerMessage>);
  }
}

describe('code highlighting in a worker', () => {
  let workers: FakeWorker[];
  let expire: (() => void) | undefined;
  let waitedMs: number[];
  const runs: readonly CodeRun[] = [{ text: 'let', kind: 'keyword' }];
  const found: (readonly CodeRun[] | undefined)[] = [];
  const setUp = () => {
    workers = [];
    waitedMs = [];
    expire = undefined;
    found.splice(0);
    const findRuns = createRunFinder({
      startWorker: () => {
        workers.push(new FakeWorker());
        return workers.at(-1)!;
      },
      after: (ms, expired) => {
        waitedMs.push(ms);
        expire = expired;
        return () => (expire = undefined);
      },
    });
    return { findRuns, find: (code: string) => findRuns('ts', code, (result) => found.push(result)) };
  };

  it('starts no worker before the first code block', () => {
    setUp();
    assert.equal(workers.length, 0);
  });

  it('sends code blocks to one worker, one after the other', () => {
    const { find } = setUp();
    find('a');
    find('b');
    assert.deepEqual(workers[0]?.requests, []);
    workers[0].send('ready');
    assert.deepEqual(workers[0].requests, [{ language: 'ts', code: 'a' }]);
    workers[0].send(runs);
    workers[0].send(undefined);
    assert.deepEqual(
      workers[0].requests.map(({ code }) => code),
      ['a', 'b'],
    );
    assert.deepEqual(found, [runs, undefined]);
    assert.deepEqual([workers.length, expire], [1, undefined]);
  });

  it('gives up on code that takes longer than the time limit, and continues with a new worker', () => {
    const { find } = setUp();
    find('hostile');
    find('ordinary');
    workers[0]?.send('ready');
    assert.deepEqual(waitedMs, [maxHighlightMs]);
    expire?.();
    assert.equal(workers[0]?.isTerminated, true);
    assert.deepEqual(found, [undefined]);
    workers[0].send(runs);
    workers[1]?.send('ready');
    workers[1]?.send(runs);
    assert.deepEqual(found, [undefined, runs]);
  });

  it('does not count the time that the worker takes to start toward the time limit', () => {
    const { find } = setUp();
    find('a');
    assert.equal(expire, undefined);
  });

  it('shows code without colors when the worker fails', () => {
    const { find } = setUp();
    find('a');
    find('b');
    workers[0]?.onerror?.({} as ErrorEvent);
    workers[1]?.send('ready');
    workers[1]?.send(runs);
    assert.deepEqual(found, [undefined, runs]);
  });

  it('shows code without colors when the page is not allowed to start a worker', () => {
    const results: unknown[] = [];
    const findRuns = createRunFinder({
      startWorker: () => {
        throw new Error('refused');
      },
      after: () => () => undefined,
    });
    for (const code of ['a', 'b']) findRuns('ts', code, (result) => results.push(result));
    assert.deepEqual(results, [undefined, undefined]);
  });

  it('shows code without colors when highlighting takes too long, and highlights the next block', () => {
    const { findRuns } = setUp();
    const hostile = '['.repeat(20_000);
    const { root, markdown, runSlice, runIdle } = openAnswer({ findRuns });
    markdown.append(`\`\`\`md\n${hostile.slice(1)}\n\`\`\`\n\n\`\`\`ts\nlet\n\`\`\`\n`);
    markdown.finish();
    while (runSlice());
    runIdle();
    workers[0]?.send('ready');
    expire?.();
    runIdle();
    workers[1]?.send('ready');
    workers[1]?.send([...runs, { text: '\n', kind: undefined }]);
    const [plain, colored] = root.querySelectorAll('code');
    assert.equal(plain?.textContent, `${hostile.slice(1)}\n`);
    assert.equal(plain.querySelector('[class^="code-k"]'), null);
    assert.equal(colored?.innerHTML, '<span class="code-keyword">let</span>\n');
  });

  it('ignores the result for code that was replaced while the worker was busy', () => {
    const { findRuns } = setUp();
    const { root, markdown, runFlush, runIdle } = openAnswer({ findRuns });
    markdown.append('```ts\nlet\n```\n');
    markdown.finish();
    runIdle();
    workers[0]?.send('ready');
    markdown.replace('```ts\nconst\n```\n');
    runFlush();
    markdown.finish();
    workers[0]?.send(runs);
    assert.equal(root.querySelector('code')?.innerHTML, 'const\n');
    runIdle();
    workers[0]?.send([{ text: 'const\n', kind: 'keyword' }]);
    assert.equal(root.querySelector('code')?.innerHTML, '<span class="code-keyword">const\n</span>');
  });
});
