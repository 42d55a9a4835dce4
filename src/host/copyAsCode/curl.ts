import { keyVariable, type ExportedRequest } from './exportedRequest';
import { escapeUnseen, shellLiteral } from './literals';

/**
 * For `sh`, `bash` and `zsh`, in a file or pasted at the prompt. There are no comments in it: an interactive zsh takes
 * `#` for a command.
 *
 * curl waits for as long as `Retry-After` says, and gives up when that goes beyond `--retry-max-time`; without the
 * header it doubles its wait from one second. It retries only what was refused or has not begun (408, 429, 5xx,
 * timeouts), never an answer that has been cut, so nothing comes twice.
 *
 * `printf` passes the key to curl's standard input. All users of a machine can read the arguments of a process, but
 * `printf` is built into every shell, so it does not start one. `--header @-` also works in versions of curl that have
 * no variables. `pipefail` makes the exit code that of curl, and the subshell keeps the option out of the user's shell.
 * In a shell without `pipefail`, the exit code is that of the last command.
 */
export function curlCode(request: ExportedRequest): string {
  const { baseUrl, retry } = request;
  const url = `${baseUrl}/chat/completions`;
  const { maxRetries, maxHintMs } = retry;
  const options = [
    '--no-buffer --no-progress-meter --fail-with-body --connect-timeout 30',
    ...(maxRetries > 0 ? [`--retry ${maxRetries} --retry-max-time ${Math.ceil(maxHintMs / 1000)}`] : []),
    // Brackets in a URL are curl's own pattern language.
    ...(/[[\]{}]/.test(url) ? ['--globoff'] : []),
    "--header @- --header 'Content-Type: application/json'",
    `--data-binary @/dev/fd/3 3<<'JSON' | ${withoutControls}`,
  ];
  const lines = [
    `: "\${${keyVariable}:?Set it to your API key first.}" && (`,
    '(set -o pipefail) 2>/dev/null && set -o pipefail',
    `printf 'Authorization: Bearer %s\\n' "$${keyVariable}" |`,
    [`curl ${shellLiteral(url)}`, ...options].join(' \\\n  '),
    bodyOf(request),
    'JSON',
    ')',
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * Removes the control characters of one byte, which a terminal would obey, and replaces those of two bytes in UTF-8
 * with `?`: if they were removed, the bytes around them could form another one. `sed` passes each line on at once to a
 * terminal.
 */
const withoutControls = `LC_ALL=C sed "$(printf 's/[[:cntrl:]]//g;s/\\302[\\200-\\237]/?/g')"`;

/**
 * A quoted here-document takes it as it is, however long: one argument ends at 128 KiB on Linux. No line of it can be the
 * delimiter, for a line break inside a string is an escape. An exclamation mark is one, too: an interactive bash looks it
 * up in its history even here.
 */
function bodyOf({ model, messages, temperature, maxTokens }: ExportedRequest): string {
  const body = {
    model: model.toWellFormed(),
    messages: messages.map(({ role, content }) => ({ role, content: content.toWellFormed() })),
    temperature,
    max_tokens: maxTokens,
    stream: true,
  };
  return escapeUnseen(JSON.stringify(body, null, 2)).replaceAll('!', '\\u0021');
}
