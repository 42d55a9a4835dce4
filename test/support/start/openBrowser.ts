import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { out } from '../paths';

/** Opens the address in the user's browser if there is a screen. The address is also printed. */
export function openBrowser(address: string): void {
  const opener = findOpener();
  if (opener === undefined) {
    return;
  }
  const [command, ...args] = opener;
  const page = pathToFileURL(writeRedirect(address)).href;
  const child = spawn(command, [...args, page], { stdio: 'ignore', detached: true });
  child.once('error', () => console.log('No browser could be opened here: open the address yourself.'));
  child.unref();
}

/**
 * Writes a page that leads to `address`. Every user of the machine sees the arguments of the browser's process, but only
 * this user can read the page. It is not in the temporary folder, which a browser in a sandbox can't read.
 *
 * @returns the file, which is removed when this process exits
 */
export function writeRedirect(address: string, folder = out): string {
  const file = path.join(folder, `start-${process.pid}.html`);
  const remove = (): void => rmSync(file, { force: true });
  mkdirSync(folder, { recursive: true });
  remove();
  const url = address.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  writeFileSync(file, `<!doctype html><meta http-equiv="refresh" content="0; url=${url}">\n`, {
    mode: 0o600,
    flag: 'wx',
  });
  process.once('exit', remove);
  return file;
}

function findOpener(): readonly [command: string, ...args: string[]] | undefined {
  switch (process.platform) {
    case 'darwin':
      return ['open'];
    case 'win32':
      return ['cmd', '/c', 'start', '""'];
    default:
      return process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'] ? ['xdg-open'] : undefined;
  }
}
