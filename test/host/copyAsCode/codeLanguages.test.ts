import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { languageIds } from '../../../src/host/commandArgs';
import { languages } from '../../../src/host/copyAsCode/codeLanguages';
import type { ExportedRequest } from '../../../src/host/copyAsCode/exportedRequest';
import nodeFile from '../../../src/host/copyAsCode/programs/ask.mjs?text';
import pythonFile from '../../../src/host/copyAsCode/programs/ask.py?text';
import { hostileTexts, exportedRequestOf } from '../../support/copyAsCode/exportedRequests';
import { hasCurl, python, shells } from '../../support/copyAsCode/runtimes';
import { root } from '../../support/paths';
import { usesLargeInputs } from '../../support/propertyRuns';
import { temporaryFolder } from '../../support/temporaryFolder';

/** Number of requests that are tested with one program. */
const batchSize = usesLargeInputs ? 250 : 60;

const hostileText = fc.string({
  unit: fc.oneof(fc.constantFrom(...hostileTexts), fc.string({ unit: 'binary', maxLength: 3 })),
  maxLength: 12,
});

const wellFormed = hostileTexts.map((text) => text.toWellFormed());

const hostileContent = fc.oneof(
  hostileText,
  fc.array(
    fc.record({ type: fc.constant('text'), text: hostileText, cache_control: fc.constant({ type: 'ephemeral' }) }),
    {
      maxLength: 3,
    },
  ),
);

const hostileRequest = fc
  .record({
    model: hostileText,
    messages: fc.array(
      fc.record({ role: fc.constantFrom('system', 'user', 'assistant'), content: hostileContent } as const),
      { minLength: 1, maxLength: 4 },
    ),
    otherFields: fc.constantFrom<ExportedRequest['otherFields']>(
      { stream: true },
      { temperature: 0, max_tokens: 1, stream: true, reasoning_effort: 'high' },
      { temperature: 0.7, max_completion_tokens: 1_000_000, stream: true, enable_thinking: false },
      { thinking: { type: 'enabled', budget_tokens: 2048 }, 'a-b': [true, null, -1.5, ...wellFormed] },
    ),
  })
  .map(exportedRequestOf);

const hostileRequests = fc.array(hostileRequest, { minLength: batchSize, maxLength: batchSize, size: 'max' });

/** Returns the body that the gateway must receive for a request. */
function expectedBody({ model, messages, otherFields }: ExportedRequest): unknown {
  const body = JSON.stringify({ model, messages, ...otherFields }, (_, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed() : value,
  );
  return JSON.parse(body);
}

/** Runs a script and returns its standard output. */
function runScript(program: string, script: string): string {
  const file = join(temporaryFolder(), 'script');
  writeFileSync(file, script);
  const env = { ...process.env, HOLYSHEEP_API_KEY: 'hsa-1' };
  const { stdout, stderr, status } = spawnSync(program, [file], { encoding: 'utf8', env, maxBuffer: 1 << 28 });
  assert.equal(status, 0, stderr);
  return stdout;
}

/** Runs the copied code of the requests without sending anything, and returns the bodies that the code would send. */
type BodyReader = (requests: readonly ExportedRequest[]) => readonly unknown[];

/** Returns the declarations of a copied program, without the constant part that sends the request. */
function declarationsOf(code: string, program: string): string {
  const end = program.split(' End of the example\n')[1]!;
  assert.ok(code.endsWith(end));
  return code.slice(0, -end.length);
}

const readNode: BodyReader = (requests) => {
  const blocks = requests.map(
    (request) => `{\n${declarationsOf(languages.node.write(request), nodeFile)}all.push(request);\n}`,
  );
  return JSON.parse(
    runInNewContext(`const all = [];\n${blocks.join('\n')}\nJSON.stringify(all);`) as string,
  ) as unknown[];
};

const readPython: BodyReader = (requests) => {
  const blocks = requests.map(
    (request) => `${declarationsOf(languages.python.write(request), pythonFile)}ALL.append(REQUEST)`,
  );
  const script = `ALL = []\n${blocks.join('\n')}\nimport json\nprint(json.dumps(ALL))\n`;
  return JSON.parse(runScript(python!, script)) as unknown[];
};

/** Replaces `curl` with a function that prints its body and a NUL, and `sed` with a function that changes nothing. */
const readShell =
  (shell: string): BodyReader =>
  (requests) => {
    const codes = requests.map((request) => languages.curl.write(request));
    const printed = runScript(
      shell,
      `curl() { cat >/dev/null; cat <&3; printf '\\0'; }\nsed() { cat; }\n${codes.join('\n')}`,
    );
    return printed
      .split('\0')
      .slice(0, -1)
      .map((text) => JSON.parse(text) as unknown);
  };

function assertSendsSameBodies(read: BodyReader): void {
  fc.assert(
    fc.property(hostileRequests, (requests) => {
      assert.deepEqual(read(requests), requests.map(expectedBody));
    }),
    // Shrinking a batch that fails would start hundreds of programs.
    { numRuns: 1, endOnFailure: true },
  );
}

describe('copied code', () => {
  it('sends any prompt and any model name unchanged in JavaScript', () => assertSendsSameBodies(readNode));

  it('sends any prompt and any model name unchanged in Python', function () {
    if (python === undefined) this.skip();
    assertSendsSameBodies(readPython);
  });

  for (const shell of ['sh', 'bash', 'zsh']) {
    it(`in ${shell} sends any prompt and model name unchanged`, function () {
      if (!shells().includes(shell)) this.skip();
      assertSendsSameBodies(readShell(shell));
    });
  }

  it('sends all of a very long prompt', () => {
    const request = exportedRequestOf({ messages: [{ role: 'user', content: "let x = 'y';\n".repeat(30_000) }] });
    assert.deepEqual(readNode([request]), [expectedBody(request)]);
    if (python !== undefined) assert.deepEqual(readPython([request]), [expectedBody(request)]);
    if (shells().includes('sh')) assert.deepEqual(readShell('sh')([request]), [expectedBody(request)]);
  });

  it('passes a base URL with special characters to curl unchanged', function () {
    if (!hasCurl) this.skip();
    const baseUrl = "http://127.0.0.1:9/it's/[a]/$(id)/!x";
    const code = languages.curl.write(exportedRequestOf({ baseUrl }));
    const [shell = 'sh'] = shells();
    const printed = runScript(shell, `curl() { cat >/dev/null; cat <&3 >/dev/null; printf '%s\\n' "$@"; }\n${code}`);
    assert.ok(printed.startsWith(`${baseUrl}/chat/completions\n`), printed);
    assert.ok(printed.includes('--globoff'));
  });

  for (const id of languageIds) {
    it(`reads the API key from an environment variable in ${languages[id].label}`, () => {
      const code = languages[id].write(exportedRequestOf());
      assert.match(code, /HOLYSHEEP_API_KEY/);
      assert.doesNotMatch(code, /hsa-/);
    });
  }

  it('mentions the offline demo if the request was sent to the demo', () => {
    for (const id of ['python', 'node'] as const) {
      assert.match(languages[id].write(exportedRequestOf({ isOwn: false })), /Copied from the offline demo/);
      assert.doesNotMatch(languages[id].write(exportedRequestOf()), /demo/);
    }
  });

  it('matches the cURL example in docs/copy-as-code.md', () => {
    const messages = [{ role: 'user', content: 'Why do clients add jitter?' }] as const;
    const retry = { ...exportedRequestOf().retry, maxRetries: 5 };
    const request = exportedRequestOf({
      baseUrl: 'https://api.holysheep.ai/v1',
      model: 'claude-sonnet-4',
      messages,
      retry,
    });
    assert.ok(
      readFileSync(join(root, 'docs/copy-as-code.md'), 'utf8').includes(
        `\`\`\`sh\n${languages.curl.write(request)}\`\`\`\n`,
      ),
    );
  });

  it('uses the retry limits of the settings in curl', () => {
    assert.match(languages.curl.write(exportedRequestOf()), / --retry 3 --retry-max-time 300 /);
    const { retry } = exportedRequestOf();
    const withoutRetries = languages.curl.write(exportedRequestOf({ retry: { ...retry, maxRetries: 0 } }));
    assert.doesNotMatch(withoutRetries, /--retry/);
  });
});
