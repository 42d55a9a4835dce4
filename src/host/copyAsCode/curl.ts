import { keyVariable, type ExportedRequest } from './exportedRequest';
import { escapeInvisible, shellLiteral } from './literals';

/**
 * Returns a command for `sh`, `bash` and `zsh`, to be pasted at the prompt or saved in a file. The command has no
 * comments, because an interactive zsh does not recognize `#` as the start of a comment.
 */
export function curlCode(request: ExportedRequest): string {
  const { baseUrl, retry } = request;
  const url = `${baseUrl}/chat/completions`;
  const { maxRetries, maxHintMs } = retry;
  const options = [
    '--no-buffer --no-progress-meter --fail-with-body --connect-timeout 30',
    // curl retries after a timeout and after a response with status 408, 429 or 5xx, but not after a stream has broken,
    // so no text is printed twice. The delay is the time in the `Retry-After` header. curl gives up if this time is
    // longer than `--retry-max-time`. Without the header, the first delay is one second, and each further delay is
    // twice as long.
    ...(maxRetries > 0 ? [`--retry ${maxRetries} --retry-max-time ${Math.ceil(maxHintMs / 1000)}`] : []),
    // `--globoff` turns off curl's URL patterns. Otherwise, curl would expand brackets and braces in the URL.
    ...(/[[\]{}]/.test(url) ? ['--globoff'] : []),
    // `--header @-` reads the header with the key from standard input. Old versions of curl also have this option, but
    // not the option `--variable`.
    "--header @- --header 'Content-Type: application/json'",
    `--data-binary @/dev/fd/3 3<<'JSON' | ${withoutControls}`,
  ];
  const lines = [
    `: "\${${keyVariable}:?Set it to your API key first.}" && (`,
    // With the shell option `pipefail`, the exit code of the command is the exit code of curl. In a shell without this
    // option, it is the exit code of `sed`, which filters curl's output. The parentheses start a subshell, so that the
    // option does not change in the user's shell.
    '(set -o pipefail) 2>/dev/null && set -o pipefail',
    // `printf` passes the key to curl's standard input. Otherwise, the key would be an argument of curl, and all users
    // of a computer can read the arguments of a process. `printf` is built into every shell, so no other process
    // receives the key as an argument.
    `printf 'Authorization: Bearer %s\\n' "$${keyVariable}" |`,
    [`curl ${shellLiteral(url)}`, ...options].join(' \\\n  '),
    bodyOf(request),
    'JSON',
    ')',
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * A command that removes one-byte control characters, which a terminal would interpret. It replaces two-byte control
 * characters with `?`, because removing them could join the surrounding bytes into another control character. `sed`
 * does not delay the streamed answer, because `sed` prints each line immediately when its output is a terminal.
 */
const withoutControls = `LC_ALL=C sed "$(printf 's/[[:cntrl:]]//g;s/\\302[\\200-\\237]/?/g')"`;

/**
 * Returns the request body as the lines of a quoted here-document. A command-line argument would be limited to 128 KiB
 * on Linux. No line of the body can equal the delimiter of the here-document, because line breaks within strings are
 * escaped. Exclamation marks are escaped as well, because an interactive bash would replace them with commands from its
 * history.
 */
function bodyOf({ model, messages, otherFields }: ExportedRequest): string {
  const wellFormed = (_: string, value: unknown) => (typeof value === 'string' ? value.toWellFormed() : value);
  const json = JSON.stringify({ model, messages, ...otherFields }, wellFormed, 2);
  return escapeInvisible(json).replaceAll('!', '\\u0021');
}
