import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import path from 'node:path';
import { sampleWorkspace } from '../support/paths';
import { temporaryFolder } from '../support/temporaryFolder';
import { startCodeServer } from '../support/vscode/codeServer';
import type { GuardedServer } from '../support/vscode/guardedServer';
import { ensureVSCode } from '../support/vscode/install';
import { startTestServer } from '../support/vscode/testWindow';

const file = path.join(sampleWorkspace, 'sample.ts');
const resource = `/vscode-remote-resource?${new URLSearchParams({ path: file }).toString()}`;

/** Returns the HTTP status of a request or of a WebSocket upgrade. */
async function statusOf(address: string, headers: Readonly<Record<string, string>> = {}): Promise<number | undefined> {
  const request = get(address, { headers, agent: false });
  const [response] = (await Promise.race([once(request, 'response'), once(request, 'upgrade')])) as [IncomingMessage];
  response.destroy();
  return response.statusCode;
}

const webSocket = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
};

type Start = (folder: string) => Promise<GuardedServer>;

const servers: Readonly<Record<string, Start>> = {
  'of npm start and of end-to-end tests': (folder) =>
    startCodeServer({ userDataFolder: folder, extensionsFolder: path.join(folder, 'extensions') }),
  'of the in-host tests': async (folder) => {
    const { server } = await ensureVSCode();
    const extensionsFolder = path.join(folder, 'extensions');
    return startTestServer(server, { userDataFolder: folder, extensionsFolder, workspaceTrust: false });
  },
};

describe('editor server', () => {
  for (const [name, start] of Object.entries(servers)) {
    describe(name, () => {
      let server: GuardedServer;
      before(async () => {
        server = await start(temporaryFolder());
      });
      after(() => server.process.stop());

      for (const [what, path] of Object.entries({
        'the start page': '/',
        'the page of a folder': `/?folder=${sampleWorkspace}`,
        'a file of the developer': resource,
        'a file of the editor': '/_static/out/node/entry.js',
        'the version': '/version',
      })) {
        it(`refuses a request for ${what} without the access token`, async () => {
          assert.equal(await statusOf(server.url + path), 403);
        });
      }

      it('refuses a WebSocket connection without the access token', async () => {
        assert.equal(await statusOf(`${server.url}/stable?reconnectionToken=a`, webSocket), 403);
      });

      it('serves its page, its files and its WebSocket to a browser with the access token', async () => {
        const entered = await fetch(server.address({ folder: sampleWorkspace }), { redirect: 'manual' });
        const cookie = entered.headers.getSetCookie()[0]!.split(';')[0]!;
        const page = await fetch(new URL(entered.headers.get('location')!, server.url), { headers: { cookie } });
        assert.match(await page.text(), /workbench/);
        const content = await fetch(server.url + resource, { headers: { cookie } });
        assert.match(await content.text(), /function|const/);
        const address = `${server.url}/stable?${new URLSearchParams({ reconnectionToken: 'a' }).toString()}`;
        assert.equal(await statusOf(address, { ...webSocket, cookie }), 101);
      });
    });
  }
});
