import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startGateway, type Gateway, type Script } from '../../support/testGateway';
import { failure, rateLimited } from '../../../src/demo/replies';
import { answer, deltas, cutAfter, replySequence } from '../../support/replies';
import type { Step } from '../../support/gateway/script';
import { languages } from '../../../src/host/copyAsCode/codeLanguages';
import type { ExportedRequest } from '../../../src/host/copyAsCode/exportedRequest';
import { controlCharacters, hostileTexts, exportedRequestOf } from '../../support/copyAsCode/exportedRequests';
import { runCopiedCode, startCopiedCode, testKey } from '../../support/copyAsCode/copiedCode';
import {
  nodeRuntime,
  pythonRuntime,
  pythonRuntimeWithFakePackage,
  type Runtime,
} from '../../support/copyAsCode/runtimes';
import { root } from '../../support/paths';
import { fullAnswer, printed, programCases, resumeMessages } from './programCases';

const prompt = hostileTexts.join(' ');
const messages = [
  { role: 'system', content: 'Be "brief".\nVery.' },
  { role: 'user', content: "it's a $(question)" },
  { role: 'assistant', content: 'An `answer`\n' },
  { role: 'user', content: prompt },
] as const;
const sentMessages = messages.map(({ role, content }) => ({ role, content: content.toWellFormed() }));

const controls = `${controlCharacters.join('')}\x1b]0;title\x07\x9b31m`;
/** Part of `controls` that the programs print. */
const printedControls = '\t\n]0;title31m';

/** Matches a stack trace, which the programs must never print. */
const stackTrace = /Traceback|^\s+at |Error:|File "/m;

interface Program {
  readonly language: 'node' | 'python';
  readonly name: string;
  /** Interpreter of the program, or undefined if this machine has none. */
  readonly runtime: Runtime | undefined;
  readonly cases: typeof programCases;
}

const programs: readonly Program[] = [
  { language: 'node', name: 'Node.js', runtime: nodeRuntime, cases: programCases },
  {
    language: 'python',
    name: 'Python',
    runtime: pythonRuntime(),
    cases: programCases.filter(({ essential }) => essential),
  },
  {
    language: 'python',
    name: 'Python, with a fake openai package',
    runtime: pythonRuntimeWithFakePackage(),
    cases: programCases,
  },
];

describe('copied program', () => {
  for (const { language, name, runtime, cases } of programs) {
    describe(`in ${name}`, function () {
      this.timeout(60_000);
      let gateway: Gateway;
      before(async () => {
        gateway = await startGateway({ requireKey: testKey });
      });
      after(() => gateway.close());

      const codeFor = (script: Script, fields: Partial<ExportedRequest> = {}): string => {
        gateway.reset();
        gateway.script = script;
        return languages[language].write(exportedRequestOf({ baseUrl: gateway.baseUrl, messages, ...fields }));
      };

      for (const {
        name: behavior,
        script,
        stdout,
        requests,
        exitCode = 0,
        maxRetries = 3,
        stderr = [],
        check,
      } of cases) {
        it(`handles a gateway that ${behavior}`, async function () {
          if (!runtime) return this.skip();
          const retry = { ...exportedRequestOf().retry, maxRetries };
          const result = await runCopiedCode(codeFor(script, { retry }), runtime);
          assert.deepEqual({ stdout: result.stdout, code: result.code }, { stdout, code: exitCode }, result.stderr);
          for (const message of stderr) assert.match(result.stderr, message);
          if (stderr.length === 0) assert.equal(result.stderr, '');
          assert.doesNotMatch(result.stderr, stackTrace);
          assert.equal(gateway.requests.length, requests);
          const [first] = gateway.requests;
          assert.deepEqual(first?.json?.messages, sentMessages);
          const { model, temperature, max_tokens: maxTokens, stream } = first.json;
          assert.deepEqual([model, temperature, maxTokens, stream], ['gpt-4o', 0.7, 2048, true]);
          check?.(gateway.requests);
        });
      }

      it('sends content that consists of parts', async function () {
        if (!runtime) return this.skip();
        const part = { type: 'text', text: prompt.toWellFormed(), cache_control: { type: 'ephemeral' } };
        const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } };
        const contentParts = [{ role: 'user', content: [image, { ...part, text: prompt }] }];
        await runCopiedCode(
          codeFor(() => answer('ok'), { messages: contentParts }),
          runtime,
        );
        assert.deepEqual(gateway.requests[0]?.json?.messages, [{ role: 'user', content: [image, part] }]);
      });

      it('resumes a broken stream by sending the text printed so far and an instruction to continue', async function () {
        if (!runtime) return this.skip();
        const partial = fullAnswer.slice(0, 60);
        const script = replySequence(cutAfter(partial, 'reset'), answer(fullAnswer.slice(60)));
        await runCopiedCode(codeFor(script), runtime);
        const resumeRequest = gateway.requests[1]!;
        assert.deepEqual(resumeRequest.json?.messages.slice(0, -2), sentMessages);
        const sent = resumeMessages(resumeRequest);
        assert.equal(sent.partial, partial);
        assert.match(String(sent.instruction), /^Continue your answer/);
        assert.ok(String(sent.instruction).includes(`«${partial}»`));
      });

      for (const [when, output, script, stdout] of [
        ['during a wait', 'Retrying in', () => rateLimited(200), ''],
        [
          'during a stream',
          'half an answer',
          function* () {
            yield* deltas('half an answer');
            yield { end: 'stall' };
          },
          'half an answer',
        ],
      ] satisfies readonly (readonly [string, string, Script, string])[]) {
        it(`ends immediately when the user presses Ctrl+C ${when}`, async function () {
          // On Windows, a test can't send the signal of Ctrl+C to a program.
          if (!runtime || process.platform === 'win32') return this.skip();
          const program = startCopiedCode(codeFor(script), runtime);
          await program.waitForOutput(output);
          program.child.kill('SIGINT');
          const result = await program.result;
          assert.deepEqual({ code: result.code, stdout: result.stdout }, { code: 130, stdout });
          assert.doesNotMatch(result.stderr, stackTrace);
          assert.equal(gateway.requests.length, 1);
        });
      }

      for (const [status, goesTo] of [
        [302, 'the same gateway'],
        [302, 'another gateway'],
        [307, 'the same gateway'],
        [307, 'another gateway'],
      ] as const) {
        it(`does not follow a redirect with status ${status} to ${goesTo}`, async function () {
          if (!runtime) return this.skip();
          const otherGateway = await startGateway({ script: () => answer('From the other gateway') });
          const target = goesTo === 'the same gateway' ? gateway : otherGateway;
          const redirect = (): Iterable<Step> =>
            failure(status, { message: 'Moved' }, { location: `${target.baseUrl}/chat/completions?again` });
          const result = await runCopiedCode(
            codeFor(replySequence(redirect, answer('From the other gateway'))),
            runtime,
          );
          assert.deepEqual({ code: result.code, stdout: result.stdout }, { code: 1, stdout: '' }, result.stderr);
          assert.match(result.stderr, /The base URL redirects to another address\. The redirect was not followed\./);
          assert.doesNotMatch(result.stderr, stackTrace);
          assert.deepEqual([gateway.requests.length, otherGateway.requests.length], [1, 0]);
          await otherGateway.close();
        });
      }

      it('ignores the environment variables of the openai package', async function () {
        if (!runtime) return this.skip();
        const script = (): Iterable<Step> => answer('Hello!');
        const env = {
          OPENAI_ORG_ID: 'org-secret',
          OPENAI_PROJECT_ID: 'proj-secret',
          OPENAI_CUSTOM_HEADERS: 'X-Secret: header-secret\nAuthorization: Bearer other-secret',
          OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
          OPENAI_API_KEY: 'key-secret',
          OPENAI_ADMIN_KEY: 'admin-secret',
          OPENAI_LOG: 'debug',
        };
        const result = await runCopiedCode(codeFor(script), { ...runtime, env: { ...runtime.env, ...env } });
        assert.deepEqual(result, { code: 0, stdout: 'Hello!', stderr: '' });
        const { headers } = gateway.requests[0]!;
        assert.doesNotMatch(JSON.stringify(headers), /secret/);
        assert.equal(headers.authorization, `Bearer ${testKey}`);
      });

      it('prints the answer without control characters', async function () {
        if (!runtime) return this.skip();
        const partial = `Once ${controls} upon a time`;
        const script = replySequence(cutAfter(partial, 'reset'), answer(`, \x1b[2Jthe end.`));
        const { stdout, code } = await runCopiedCode(codeFor(script), runtime);
        assert.deepEqual({ stdout, code }, { stdout: `Once ${printedControls} upon a time, [2Jthe end.`, code: 0 });
        assert.equal(resumeMessages(gateway.requests[1]!).partial, partial);
      });
      it('resumes an answer when no data arrive for the idle timeout', async function () {
        if (!runtime) return this.skip();
        const partial = fullAnswer.slice(0, 60);
        const script = replySequence(cutAfter(partial, 'stall'), answer(fullAnswer.slice(60)));
        const { stdout, code } = await runCopiedCode(codeFor(script, { idleTimeoutMs: 300 }), runtime);
        assert.deepEqual({ stdout, code }, { stdout: printed(fullAnswer), code: 0 });
      });
      it('retries a refused connection, and prints the reason', async function () {
        if (!runtime) return this.skip();
        const closedGateway = await startGateway();
        const { baseUrl } = closedGateway;
        await closedGateway.close();
        const result = await runCopiedCode(languages[language].write(exportedRequestOf({ baseUrl })), runtime);
        assert.equal(result.code, 1);
        assert.match(result.stderr, /refused.*\(3 of 3\)\.\s+.*refused/is);
        assert.doesNotMatch(result.stderr, stackTrace);
      });
      it('prints an error and sends no request when the API key is missing', async function () {
        if (!runtime) return this.skip();
        const file = readFileSync(join(root, `src/host/copyAsCode/programs/ask.${runtime.extension}`), 'utf8');
        for (const code of [codeFor(() => answer('')), file]) {
          const result = await runCopiedCode(code, runtime, '');
          assert.equal(result.code, 1);
          assert.equal(result.stderr.trim(), 'Set the environment variable HOLYSHEEP_API_KEY to your API key.');
          assert.equal(gateway.requests.length, 0);
        }
      });
    });
  }
});

it('copied Node.js program runs as an ES module and as a CommonJS module', async () => {
  const gateway = await startGateway();
  const code = languages.node.write(exportedRequestOf({ baseUrl: gateway.baseUrl }));
  for (const extension of ['mjs', 'cjs', 'js']) {
    const { stdout } = await runCopiedCode(code, { ...nodeRuntime, extension });
    assert.equal(stdout, 'Hello!', extension);
  }
  await gateway.close();
});
