import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { startGateway, type Gateway } from '../../../src/demo/gateway';
import { answer, failure, replySequence, rateLimited } from '../../../src/demo/replies';
import { languages } from '../../../src/host/copyAsCode/codeLanguages';
import {
  controlCharacter,
  controlCharacters,
  hostileTexts,
  exportedRequestOf,
} from '../../support/copyAsCode/exportedRequests';
import { runPasted, startPasted, testKey } from '../../support/copyAsCode/pasted';
import { hasCurl, hasPipefail, shells, type Runtime } from '../../support/copyAsCode/programs';

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
    const code = languages.curl.write(exportedRequestOf({ model: 'model!', messages }));
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
    const code = (): string => languages.curl.write(exportedRequestOf({ baseUrl: gateway.baseUrl, messages }));

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
      gateway.script = replySequence(
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
      if (hasPipefail(shell)) assert.equal(ended.code, 22);
      assert.match(ended.stdout, /Wrong key/);
      assert.equal(gateway.requests.length, 1);
    });

    it('keeps the key out of the arguments of every process', async function () {
      if (spawnSync('ps', ['-A', '-o', 'args=']).status !== 0) this.skip();
      gateway.script = function* () {
        yield { delta: 'Begun' };
        yield { end: 'stall' };
      };
      const pasted = startPasted(code(), runtime);
      await gateway.request(1);
      const { stdout } = spawnSync('ps', ['-A', '-ww', '-o', 'args='], { encoding: 'utf8', maxBuffer: 1 << 26 });
      assert.ok(stdout.includes(`curl ${gateway.baseUrl}/chat/completions`), stdout);
      assert.ok(!stdout.includes(testKey));
      assert.equal(gateway.requests[0]!.headers.authorization, `Bearer ${testKey}`);
      gateway.reset();
      await gateway.close();
      await pasted.ended;
      gateway = await startGateway({ requireKey: testKey });
    });

    it('prints the answer without terminal escapes', async () => {
      const [head, tail] = ['data: {"choices":[{"delta":{"content":"', '"}}]}\n\n'];
      // If only the two bytes in the middle were removed, those around them would form a control character.
      const bytes = [
        controlCharacters.join(''),
        '\x1b]0;title\x07\x9b31m',
        Buffer.from([0xc2, 0xc2, 0x80, 0x9b]),
        'end',
      ];
      gateway.script = () => [{ send: Buffer.concat([head, ...bytes, tail].map((part) => Buffer.from(part))) }];
      const { stdout } = await runPasted(code(), runtime);
      assert.match(stdout, /]0;title.*31m.*end"/s);
      assert.doesNotMatch(stdout, controlCharacter);
    });

    it("prints the gateway's error message without terminal escapes", async () => {
      gateway.script = () => [
        { status: 400, headers: { 'content-type': 'text/plain' } },
        { send: 'No \x1b[2J\u009b2J luck' },
      ];
      const { stdout, stderr } = await runPasted(code(), runtime);
      assert.match(stdout, /No .* luck/);
      assert.doesNotMatch(stdout + stderr, controlCharacter);
    });

    it('does not follow a redirect', async () => {
      const other = await startGateway();
      gateway.script = () => failure(307, { message: 'Moved' }, { location: `${other.baseUrl}/chat/completions` });
      const { stdout } = await runPasted(code(), runtime);
      assert.match(stdout, /Moved/);
      assert.deepEqual([gateway.requests.length, other.requests.length], [1, 0]);
      await other.close();
    });

    it('says so when the key is missing, and asks nobody', async () => {
      const ended = await runPasted(code(), runtime, '');
      assert.notEqual(ended.code, 0);
      assert.match(ended.stderr, /HOLYSHEEP_API_KEY: Set it to your API key first\./);
      assert.equal(gateway.requests.length, 0);
    });
  });
}
