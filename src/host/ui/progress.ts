import * as vscode from 'vscode';

/** What is over by then needs no progress; a notification would outlive it and lie over the panel's buttons. */
const patienceMs = 500;

/** Shows a cancellable notification for work that takes its time, and nothing for work that doesn't. */
export async function lateProgress<T>(
  title: string,
  work: (token: vscode.CancellationToken) => Promise<T>,
): Promise<T> {
  const source = new vscode.CancellationTokenSource();
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), patienceMs);
  });
  try {
    const result = work(source.token);
    const first = await Promise.race([result, patience]);
    if (first !== 'late') return first;
    return await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      (_progress, token) => {
        token.onCancellationRequested(() => source.cancel());
        return result;
      },
    );
  } finally {
    clearTimeout(timer);
    source.dispose();
  }
}
