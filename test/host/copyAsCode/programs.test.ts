import assert from 'node:assert/strict';
import { startGateway, type Gateway, type Script } from '../../../src/demo/gateway';
import { answer, cutAfter, deltas, failure, replySequence, rateLimited } from '../../../src/demo/replies';
import type { Step } from '../../../src/demo/script';
import { languages } from '../../../src/host/copyAsCode/codeLanguages';
import type { RetrySettings } from '../../../src/host/copyAsCode/exportedRequest';
import {
  controlCharacter,
  controlCharacters,
  hostileTexts,
  exportedRequestOf,
} from '../../support/copyAsCode/exportedRequests';
import { runPasted, startPasted, testKey } from '../../support/copyAsCode/pasted';
import { nodeRuntime, pythonRuntime, pythonStandInRuntime, type Runtime } from '../../support/copyAsCode/programs';
import { continuation, printed, programCases, wholeAnswer } from './programCases';

const prompt = hostileTexts.join(' ');
const messages = [
  { role: 'system', content: 'Be "brief".\nVery.' },
  { role: 'user', content: "it's a $(question)" },
  { role: 'assistant', content: 'An `answer`\n' },
  { role: 'user', content: prompt },
] as const;
const asked = messages.map(({ role, content }) => ({ role, content: content.toWellFormed() }));

const controls = `${controlCharacters.join('')}\x1b]0;title\x07\x9b31m`;
const shownControls = '\t\n]0;title31m';

/** Nothing of the language's own: what went wrong is said in words. */
const trace = /Traceback|^\s+at |Error:|File "/m;

interface Program {
  readonly language: 'node' | 'python';
  readonly name: string;
  /** undefined: it can't be run on this machine. */
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
    name: 'Python, with a stand-in for the package',
    runtime: pythonStandInRuntime(),
    cases: programCases,
  },
];

for (const { language, name, runtime, cases } of programs) {
  describe(`a request copied as ${name}`, function () {
    this.timeout(60_000);
    let gateway: Gateway;
    before(async () => {
      gateway = await startGateway({ requireKey: testKey });
    });
    after(() => gateway.close());

    const codeFor = (script: Script, retry: Partial<RetrySettings> = {}): string => {
      gateway.reset();
      gateway.script = script;
      const usual = exportedRequestOf({ baseUrl: gateway.baseUrl, messages });
      return languages[language].write({ ...usual, retry: { ...usual.retry, ...retry } });
    };

    for (const { name: what, script, stdout, requests, code = 0, maxRetries = 3, says = [], check } of cases) {
      it(`when the gateway ${what}`, async function () {
        if (!runtime) return this.skip();
        const ended = await runPasted(codeFor(script, { maxRetries }), runtime);
        assert.deepEqual({ stdout: ended.stdout, code: ended.code }, { stdout, code }, ended.stderr);
        for (const words of says) assert.match(ended.stderr, words);
        if (says.length === 0) assert.equal(ended.stderr, '');
        assert.doesNotMatch(ended.stderr, trace);
        assert.equal(gateway.requests.length, requests);
        const [first] = gateway.requests;
        assert.deepEqual(first?.json?.messages, asked);
        const { model, temperature, max_tokens: maxTokens, stream } = first.json;
        assert.deepEqual([model, temperature, maxTokens, stream], ['gpt-4o', 0.7, 2048, true]);
        check?.(gateway.requests);
      });
    }

    it('asks for the rest with what has been printed, and what was asked before', async function () {
      if (!runtime) return this.skip();
      const half = wholeAnswer.slice(0, 60);
      const script = replySequence(
        () => cutAfter(half, 'reset'),
        () => answer(wholeAnswer.slice(60)),
      );
      await runPasted(codeFor(script), runtime);
      const again = gateway.requests[1]!;
      assert.deepEqual(again.json?.messages.slice(0, -2), asked);
      const { partial, plea } = continuation(again);
      assert.equal(partial, half);
      assert.match(String(plea), /^Continue your answer/);
      assert.ok(String(plea).includes(`«${half}»`));
    });

    for (const [where, words, script, printed] of [
      ['a wait', 'Retrying in', () => rateLimited(200), ''],
      [
        'a stream',
        'half an answer',
        function* () {
          yield* deltas('half an answer');
          yield { end: 'stall' };
        },
        'half an answer',
      ],
    ] satisfies readonly (readonly [string, string, Script, string])[]) {
      it(`ends at once when it is interrupted in ${where}`, async function () {
        // There a program can't be sent what Ctrl+C sends.
        if (!runtime || process.platform === 'win32') return this.skip();
        const pasted = startPasted(codeFor(script), runtime);
        await pasted.says(words);
        pasted.child.kill('SIGINT');
        const { code, stdout, stderr } = await pasted.ended;
        assert.deepEqual({ code, stdout }, { code: 130, stdout: printed });
        assert.doesNotMatch(stderr, trace);
        assert.equal(gateway.requests.length, 1);
      });
    }

    for (const status of [301, 302, 303, 307, 308]) {
      it(`ends at a redirect (${status}), and sends nothing to the other server`, async function () {
        if (!runtime) return this.skip();
        const other = await startGateway({ script: () => answer('From elsewhere') });
        for (const location of [`${other.baseUrl}/chat/completions`, `${gateway.baseUrl}/chat/completions?again`]) {
          const redirect = (): Iterable<Step> => failure(status, { message: 'Moved' }, { location });
          const ended = await runPasted(codeFor(replySequence(redirect, () => answer('From elsewhere'))), runtime);
          assert.deepEqual({ code: ended.code, stdout: ended.stdout }, { code: 1, stdout: '' }, ended.stderr);
          assert.match(ended.stderr, /The base URL redirects to another address\. The redirect was not followed\./);
          assert.doesNotMatch(ended.stderr, trace);
          assert.deepEqual([gateway.requests.length, other.requests.length], [1, 0]);
        }
        await other.close();
      });
    }

    it('sends nothing that environment variables of the package would add', async function () {
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
      const ended = await runPasted(codeFor(script), { ...runtime, env: { ...runtime.env, ...env } });
      assert.deepEqual(ended, { code: 0, stdout: 'Hello!', stderr: '' });
      const { headers } = gateway.requests[0]!;
      assert.doesNotMatch(JSON.stringify(headers), /secret/);
      assert.equal(headers.authorization, `Bearer ${testKey}`);
    });

    it('prints the answer without control characters, but sends the unchanged text to get the rest', async function () {
      if (!runtime) return this.skip();
      const half = `Once ${controls} upon a time`;
      const script = replySequence(
        () => cutAfter(half, 'reset'),
        () => answer(`, \x1b[2Jthe end.`),
      );
      const { stdout, code } = await runPasted(codeFor(script), runtime);
      assert.deepEqual({ stdout, code }, { stdout: `Once ${shownControls} upon a time, [2Jthe end.`, code: 0 });
      assert.equal(continuation(gateway.requests[1]!).partial, half);
    });

    it("prints the gateway's error message without control characters", async function () {
      if (!runtime) return this.skip();
      const ended = await runPasted(
        codeFor(() => failure(400, { message: `No ${controls} such luck` })),
        runtime,
      );
      assert.match(ended.stderr, /No .* such luck/s);
      assert.doesNotMatch(ended.stderr, controlCharacter);
    });

    it('goes on when a stream stays silent', async function () {
      if (!runtime) return this.skip();
      const half = wholeAnswer.slice(0, 60);
      const script = replySequence(
        () => cutAfter(half, 'stall'),
        () => answer(wholeAnswer.slice(60)),
      );
      const { stdout, code } = await runPasted(codeFor(script, { silenceMs: 1000 }), runtime);
      assert.deepEqual({ stdout, code }, { stdout: printed(wholeAnswer), code: 0 });
    });

    it('retries a gateway that is not there, and says so', async function () {
      if (!runtime) return this.skip();
      const gone = await startGateway();
      const { baseUrl } = gone;
      await gone.close();
      const ended = await runPasted(languages[language].write(exportedRequestOf({ baseUrl })), runtime);
      assert.equal(ended.code, 1);
      assert.match(ended.stderr, /refused.*\(3 of 3\)\.\s+.*refused/is);
      assert.doesNotMatch(ended.stderr, trace);
    });

    it('says so when the key is missing, and asks nobody', async function () {
      if (!runtime) return this.skip();
      const ended = await runPasted(
        codeFor(() => answer('')),
        runtime,
        '',
      );
      assert.equal(ended.code, 1);
      assert.equal(ended.stderr.trim(), 'Set the environment variable HOLYSHEEP_API_KEY to your API key.');
      assert.equal(gateway.requests.length, 0);
    });
  });
}

it('a request copied as Node.js runs whatever module system its file has', async () => {
  const gateway = await startGateway();
  const code = languages.node.write(exportedRequestOf({ baseUrl: gateway.baseUrl }));
  for (const extension of ['mjs', 'cjs', 'js']) {
    const { stdout } = await runPasted(code, { ...nodeRuntime, extension });
    assert.equal(stdout, 'Hello!', extension);
  }
  await gateway.close();
});
