import { spawn } from 'node:child_process';

/** Shows a page in the person's browser where there is a screen; the address is printed anyway. */
export function openBrowser(url: string): void {
  const [command, ...args] = opener(url);
  if (command === undefined) {
    return;
  }
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.once('error', () => console.log('No browser could be opened here: open the address yourself.'));
  child.unref();
}

function opener(url: string): readonly string[] {
  switch (process.platform) {
    case 'darwin':
      return ['open', url];
    case 'win32':
      return ['cmd', '/c', 'start', '""', url.replaceAll('&', '^&')];
    default:
      return process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'] ? ['xdg-open', url] : [];
  }
}
