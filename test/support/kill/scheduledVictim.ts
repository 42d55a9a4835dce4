import { appendFileSync, existsSync, writeSync } from 'node:fs';
import { attempt } from '../host/scriptedEngine';
import { openLiveScheduler } from './liveScheduler';

/**
 * Runs a window with scheduled prompts until it is killed, or kills itself if its attempt is the first of all windows. Each attempt adds a line to a file, in place of a request.
 * Prints `offline` or `online` for each probe of the gateway, and `check` after each look at the index.
 */
function main(root: string, requestsPath: string, diesOfRequest: boolean): void {
  const { scheduler, engine } = openLiveScheduler(root, (isOnline) =>
    writeSync(1, isOnline ? 'online\n' : 'offline\n'),
  );
  const run = engine.run.bind(engine);
  engine.run = (request, options) => {
    const turn = run(request, options);
    options.beforeAttempt?.().then(
      () => {
        const isFirst = !existsSync(requestsPath);
        appendFileSync(requestsPath, `${process.pid}\n`);
        if (diesOfRequest && isFirst) process.kill(process.pid, 'SIGKILL');
        turn.emit(attempt());
      },
      () => turn.stop(),
    );
    return turn;
  };
  scheduler.onDidChange(() => writeSync(1, 'check\n'));
  scheduler.update();
}

const [root = '', requestsPath = '', moment] = process.argv.slice(2);
main(root, requestsPath, moment === 'request');
