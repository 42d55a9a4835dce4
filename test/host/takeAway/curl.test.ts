import assert from 'node:assert/strict';
import { startGateway, type Gateway } from '../../../src/demo/gateway';
import { answer, failure, inTurn, rateLimited } from '../../../src/demo/replies';
import { languages } from '../../../src/host/takeAway/languages';
import { runPasted, testKey } from '../../support/takeAway/pasted';
import { hasCurl, shells, type Runtime } from '../../support/takeAway/programs';
import { hostileTexts, takenRequest } from '../../support/takeAway/takenRequests';

/** The text of the events, in the order in which they came; the first may stand behind an error that was retried. */
function answerIn(stdout: string): string {
  const events = [...stdout.matchAll(/data: (\{.*\})$/gm)].map(([, data = '']) => JSON.parse(data) as Chunk);
  return events.map(({ choices }) => choices[0]?.delta.content ?? '').join('');
}

interface Chunk {
  readonly choices: readonly { readonly delta: { readonly content?: string } }[];
}

describe('a request copied as cURL', () => {
  it('has nothing in it that an interactive bash looks up in its history', () => {
    const messages = [{ role: 'user', content: `!! !$ ${hostileTexts.join(' ')}` }] as const;
    const code = languages.curl.write(takenRequest({ model: 'model!', messages }));
    assert.doesNotMatch(code, /!/);
    assert.match(code, /"content": "\\u0021\\u0021 /);
  });
});

for (const shell of ['sh', 'bash', 'zsh']) {
  describe(`a request copied as cURL, in ${shell}`, function () {
    this.timeout(60_000);
    const runtime: Runtime = { name: shell, command: [shell], extension: 'sh' };
    let gateway: Gateway;
    before(async () => {
      gateway = await startGateway({ requireKey: testKey });
    });
    beforeEach(function () {
      if (!hasCurl || !shells().includes(shell)) this.skip();
      gateway.reset();
    });
    after(() => gateway.close());

    const messages = [
      { role: 'system', content: 'Be "brief".' },
      { role: 'user', content: hostileTexts.join(' ') },
    ] as const;
    const code = (): string => languages.curl.write(takenRequest({ baseUrl: gateway.baseUrl, messages }));

    it('streams the answer to what was asked', async () => {
      gateway.script = () => answer('An "answer" – 100 % 😀');
      const ended = await runPasted(code(), runtime);
      assert.equal(ended.code, 0, ended.stderr);
      assert.equal(answerIn(ended.stdout), 'An "answer" – 100 % 😀');
      assert.match(ended.stdout, /^data: \[DONE\]$/m);
      assert.equal(ended.stderr, '');
      const [request] = gateway.requests;
      const asked = messages.map(({ role, content }) => ({ role, content: content.toWellFormed() }));
      assert.deepEqual(request?.json, {
        model: 'gpt-4o',
        messages: asked,
        temperature: 0.7,
        max_tokens: 2048,
        stream: true,
      });
      assert.equal(request.headers.authorization, `Bearer ${testKey}`);
    });

    it('waits for as long as a 429 says, and has the answer once', async () => {
      gateway.script = inTurn(
        () => rateLimited(1),
        () => answer('At last'),
      );
      const ended = await runPasted(code(), runtime);
      assert.equal(ended.code, 0, ended.stderr);
      assert.equal(answerIn(ended.stdout), 'At last');
      const [first, second] = gateway.requests;
      assert.ok(second!.at - first!.at >= 1000);
      assert.equal(second!.body, first!.body);
    });

    it('does not wait for more than the settings allow', async () => {
      gateway.script = () => rateLimited(360);
      const ended = await runPasted(code(), runtime);
      // The exit code is curl's own affair: 8.14 says 0.
      assert.match(ended.stderr, /Retry-After/);
      assert.match(ended.stdout, /try again in 360s/);
      assert.equal(gateway.requests.length, 1);
    });

    it('shows why a request is refused, and does not repeat it', async () => {
      gateway.script = () => failure(401, { message: 'Wrong key' });
      const ended = await runPasted(code(), runtime);
      assert.equal(ended.code, 22);
      assert.match(ended.stdout, /Wrong key/);
      assert.equal(gateway.requests.length, 1);
    });

    it('says so when the key is missing, and asks nobody', async () => {
      const ended = await runPasted(code(), runtime, '');
      assert.notEqual(ended.code, 0);
      assert.match(ended.stderr, /HOLYSHEEP_API_KEY: Set it to your API key first\./);
      assert.equal(gateway.requests.length, 0);
    });
  });
}
