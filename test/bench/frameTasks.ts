import type { CDPSession, Page } from 'playwright-core';

/** Longest durations of a task, in milliseconds. The two values may come from different tasks. */
interface LongestTask {
  readonly duration: number;
  /** Processor time, without the time for which the task was suspended. */
  readonly onProcessor: number;
}

/** Longest tasks of a thread that several frames share. */
export interface FrameTasks {
  /** Longest task that ran code or layout of the frame. */
  readonly own: LongestTask;
  readonly others: LongestTask;
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Timestamp in microseconds, like all times of a trace. */
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: {
    readonly data?: { readonly frame?: string; readonly url?: string };
    readonly beginData?: { readonly frame?: string };
  };
}

const categories = ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline'];

/**
 * Returns the longest tasks while `run` runs. Frames of one origin share a thread, and the trace shows which frame a
 * task belonged to. Unlike the Long Tasks API, tasks of any duration count.
 * @param script end of the URL of a script that only the frame runs
 */
export async function frameTasks(page: Page, script: string, run: () => Promise<unknown>): Promise<FrameTasks> {
  const events = await traced(page, run);
  const scriptCall = events.find(({ name, args }) => name === 'FunctionCall' && args?.data?.url?.endsWith(script));
  if (!scriptCall) throw new Error(`The trace has no call of ${script}.`);
  const frame = frameOf(scriptCall);
  const onThread = events.filter(({ pid, tid }) => pid === scriptCall.pid && tid === scriptCall.tid);
  const starts = onThread.filter((event) => frameOf(event) === frame).map(({ ts }) => ts);
  const tasks = onThread.filter(({ name }) => name === 'RunTask');
  const isOwn = ({ ts, dur = 0 }: TraceEvent): boolean => starts.some((start) => start >= ts && start <= ts + dur);
  return { own: longest(tasks.filter(isOwn)), others: longest(tasks.filter((task) => !isOwn(task))) };
}

function frameOf({ args }: TraceEvent): string | undefined {
  return args?.data?.frame ?? args?.beginData?.frame;
}

function longest(tasks: readonly TraceEvent[]): LongestTask {
  return {
    duration: Math.max(0, ...tasks.map(({ dur = 0 }) => dur)) / 1000,
    onProcessor: Math.max(0, ...tasks.map(({ tdur = 0 }) => tdur)) / 1000,
  };
}

/** Records a trace through the page, because a persistent context has no browser object. */
async function traced(page: Page, run: () => Promise<unknown>): Promise<readonly TraceEvent[]> {
  const session = await page.context().newCDPSession(page);
  await session.send('Tracing.start', {
    transferMode: 'ReturnAsStream',
    traceConfig: { includedCategories: categories },
  });
  await run();
  const complete = new Promise<{ readonly stream?: string }>((resolve) =>
    session.once('Tracing.tracingComplete', resolve),
  );
  await session.send('Tracing.end');
  const { stream = '' } = await complete;
  const { traceEvents } = JSON.parse(await readAll(session, stream)) as { readonly traceEvents: readonly TraceEvent[] };
  await session.detach();
  return traceEvents;
}

async function readAll(session: CDPSession, handle: string): Promise<string> {
  let text = '';
  for (;;) {
    const { data, eof } = await session.send('IO.read', { handle });
    text += data;
    if (eof) break;
  }
  await session.send('IO.close', { handle });
  return text;
}
