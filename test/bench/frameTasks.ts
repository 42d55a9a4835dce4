import type { CDPSession, Page } from 'playwright-core';

/** Milliseconds of the longest task; that of the one and the other may be two. */
export interface LongestTask {
  readonly duration: number;
  /** Without the time for which a busy machine made it wait. */
  readonly onProcessor: number;
}

/** Of a thread. */
export interface FrameTasks {
  /** With something of the frame in it. */
  readonly own: LongestTask;
  readonly others: LongestTask;
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds, as are the others. */
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
 * Frames of one origin share a thread; a trace says whose scripts and layout a task was made of. As `self` of the Long
 * Tasks API has it, but of any length.
 * @param script end of the address of one that only the frame runs
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

/** A persistent context has no browser to ask for it. */
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
