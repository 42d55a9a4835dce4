import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { startGateway, type Gateway } from '../../support/testGateway';
import { failure, rateLimited } from '../../../src/demo/replies';
import { answer, replySequence } from '../../support/replies';
import { languages } from '../../../src/host/copyAsCode/codeLanguages';
import {
  controlCharacter,
  controlCharacters,
  hostileTexts,
  exportedRequestOf,
} from '../../support/copyAsCode/exportedRequests';
import { runCopiedCode, startCopiedCode, testKey } from '../../support/copyAsCode/copiedCode';
import { hasCurl, hasPipefail, shells, type Runtime } from '../../support/copyAsCode/runtimes';

/** Joins the text of all events in the output. The first event may follow the message of an error that was retried. */
function joinEvents(stdout: string): string {
  const events = [...stdout.matchAll(/data: (\{.*\})$/gm)].map(([, data = '']) => JSON.parse(data) as Chunk);
  return events.map(({ choices }) => choices[0]?.delta.content ?? '').join('');
}

interface Chunk {
  readonly choices: readonly { readonly delta: { readonly content?: string } }[];
}

describe('copied cURL command', () => {
  it('contains no exclamation mark, which bash would replace with a command from its history', () => {
    const messages = [{ role: 'user', content: `!! !$ ${hostileTexts.join(' ')}` }] as const;
    const code = languages.curl.write(exportedRequestOf({ model: 'model!', messages }));
    assert.doesNotMatch(code, /!/);
    assert.match(code, /"content": "\\u0021\\u0021 /);
  });
});

describe('copied cURL command run by a shell', () => {
  for (const shell of ['sh', 'bash', 'zsh']) {
    describe(`named ${shell}`, function () {
      this.timeout(60_000);
      const runtime: Runtime = { command: [shell], extension: 'sh' };
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
        {
          role: 'user',
          content: [{ type: 'text', text: hostileTexts.join(' '), cache_control: { type: 'ephemeral' } }],
        },
      ] as const;
      const code = (): string => languages.curl.write(exportedRequestOf({ baseUrl: gateway.baseUrl, messages }));

      it('sends the request, and prints the events of the answer', async () => {
        gateway.script = () => answer('An "answer" – 100 % 😀');
        const result = await runCopiedCode(code(), runtime);
        assert.equal(result.code, 0, result.stderr);
        assert.equal(joinEvents(result.stdout), 'An "answer" – 100 % 😀');
        assert.match(result.stdout, /^data: \[DONE\]$/m);
        assert.equal(result.stderr, '');
        const [request] = gateway.requests;
        const [system, { role, content }] = messages;
        const sentMessages = [system, { role, content: [{ ...content[0], text: content[0].text.toWellFormed() }] }];
        assert.deepEqual(request?.json, {
          model: 'gpt-4o',
          messages: sentMessages,
          temperature: 0.7,
          max_tokens: 2048,
          stream: true,
        });
        assert.equal(request.headers.authorization, `Bearer ${testKey}`);
      });

      it('waits for Retry-After after status 429', async () => {
        gateway.script = replySequence(rateLimited(1), answer('Finally'));
        const result = await runCopiedCode(code(), runtime);
        assert.equal(result.code, 0, result.stderr);
        assert.equal(joinEvents(result.stdout), 'Finally');
        const [first, second] = gateway.requests;
        assert.ok(second!.at - first!.at >= 1000);
        assert.equal(second!.body, first!.body);
      });

      it('gives up if Retry-After is longer than the settings allow', async () => {
        gateway.script = () => rateLimited(360);
        const result = await runCopiedCode(code(), runtime);
        // The exit code is not checked, because curl 8.14 ends with 0 here.
        assert.match(result.stderr, /Retry-After/);
        assert.match(result.stdout, /try again in 360s/);
        assert.equal(gateway.requests.length, 1);
      });

      it('prints the error message of status 401, and does not retry', async () => {
        gateway.script = () => failure(401, { message: 'Wrong key' });
        const result = await runCopiedCode(code(), runtime);
        if (hasPipefail(shell)) assert.equal(result.code, 22);
        assert.match(result.stdout, /Wrong key/);
        assert.equal(gateway.requests.length, 1);
      });

      it('never passes the API key in the arguments of a process', async function () {
        if (spawnSync('ps', ['-A', '-o', 'args=']).status !== 0) this.skip();
        gateway.script = function* () {
          yield { delta: 'Started' };
          yield { end: 'stall' };
        };
        const program = startCopiedCode(code(), runtime);
        await gateway.request(1);
        const { stdout } = spawnSync('ps', ['-A', '-ww', '-o', 'args='], { encoding: 'utf8', maxBuffer: 1 << 26 });
        assert.ok(stdout.includes(`curl ${gateway.baseUrl}/chat/completions`), stdout);
        assert.ok(!stdout.includes(testKey));
        assert.equal(gateway.requests[0]!.headers.authorization, `Bearer ${testKey}`);
        gateway.reset();
        await gateway.close();
        await program.result;
        gateway = await startGateway({ requireKey: testKey });
      });

      it('removes terminal escape sequences from the printed answer', async () => {
        const [prefix, suffix] = ['data: {"choices":[{"delta":{"content":"', '"}}]}\n\n'];
        // If only the two bytes in the middle were removed, the bytes around them would form a control character.
        const bytes = [
          controlCharacters.join(''),
          '\x1b]0;title\x07\x9b31m',
          Buffer.from([0xc2, 0xc2, 0x80, 0x9b]),
          'end',
        ];
        gateway.script = () => [{ send: Buffer.concat([prefix, ...bytes, suffix].map((part) => Buffer.from(part))) }];
        const { stdout } = await runCopiedCode(code(), runtime);
        assert.match(stdout, /]0;title.*31m.*end"/s);
        assert.doesNotMatch(stdout, controlCharacter);
      });

      it('does not follow redirects', async () => {
        const otherGateway = await startGateway();
        gateway.script = () =>
          failure(307, { message: 'Moved' }, { location: `${otherGateway.baseUrl}/chat/completions` });
        const { stdout } = await runCopiedCode(code(), runtime);
        assert.match(stdout, /Moved/);
        assert.deepEqual([gateway.requests.length, otherGateway.requests.length], [1, 0]);
        await otherGateway.close();
      });

      it('prints an error and sends no request when the API key is missing', async () => {
        const result = await runCopiedCode(code(), runtime, '');
        assert.notEqual(result.code, 0);
        assert.match(result.stderr, /HOLYSHEEP_API_KEY: Set it to your API key first\./);
        assert.equal(gateway.requests.length, 0);
      });
    });
  }
});
