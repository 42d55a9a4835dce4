import type { ExportedRequest } from './exportedRequest';
import { linesOf, pythonLiteral } from './literals';

/** The same for every request; `BASE_URL`, `REQUEST` and the numbers stand before it. */
export const pythonProgram = String.raw`
# Ctrl+C ends the program immediately, even while the openai package is loading.
signal.signal(signal.SIGINT, lambda *_: sys.exit(130))
# The openai package would send some of these variables to the gateway.
for name in [name for name in os.environ if name.startswith("OPENAI_")]:
    del os.environ[name]
import openai

for output in (sys.stdout, sys.stderr):
    if hasattr(output, "reconfigure"):
        output.reconfigure(encoding="utf-8", errors="replace")

text = ""  # the part of the answer that has been printed


def main():
    api_key = os.environ.get("HOLYSHEEP_API_KEY", "").strip()
    if not api_key:
        sys.exit("Set the environment variable HOLYSHEEP_API_KEY to your API key.")
    # Redirects are not followed, so that the key is only sent to BASE_URL.
    http_client = openai.DefaultHttpxClient(follow_redirects=False)
    # max_retries=0, because the loop below does the retries.
    client = openai.OpenAI(
        api_key=api_key, base_url=BASE_URL, max_retries=0, timeout=SILENCE, http_client=http_client
    )
    retries = 0
    while True:
        try:
            finish = attempt(client)
            break
        except (openai.APIError, Cut) as error:
            delay = delay_before(error, retries)
            retries += 1
            note(f"{why(error)} Retrying in {delay:.1f} s ({retries} of {MAX_RETRIES}).")
        time.sleep(delay)
    if sys.stdout.isatty():
        print()
    if finish in ("length", "content_filter"):
        note(f"The answer was cut off: {finish}.")


def attempt(client):
    """Prints an answer, or the rest of one that was cut off. Returns the finish reason; without one, it was cut off."""
    stream = client.chat.completions.create(**{**REQUEST, "messages": messages()})
    held = "" if text else None  # buffers the rest until it is clear how much of it repeats the text
    try:
        for chunk in stream:
            choice = chunk.choices[0] if chunk.choices else None
            more = choice.delta.content or "" if choice and choice.delta else ""
            finish = choice.finish_reason if choice else None
            if held is not None:
                held += more
                repeated = overlap(held, ended=bool(finish))
                if repeated == 0 and len(held) >= 64 and text.startswith(held[:64]):
                    raise ValueError("The model restarted the answer instead of continuing it.")
                more = "" if repeated is None else held[repeated:]
                held = held if repeated is None else None
            say(more)
            if finish:
                return finish
    except BrokenPipeError:
        os._exit(1)  # the reader of the output has gone
    except Exception as cause:
        raise Cut(why(cause), cause) from None
    finally:
        stream.close()
    raise Cut("The stream ended without a finish reason.")


class Cut(Exception):
    def __init__(self, reason, cause=None):
        super().__init__(f"The answer was cut off. {reason}")
        # An error that the gateway sends within the stream may have a code.
        self.code = getattr(cause, "code", None)
        self.type = getattr(cause, "type", None)


def messages():
    if not text:
        return REQUEST["messages"]
    # A lone surrogate can't be encoded, so it is replaced.
    partial = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    go_on = (
        f"Continue your answer: it was cut off by a connection error. Its last characters are «{partial[-200:]}». "
        "Write on from the exact next character after them. No preamble, no apology, no repetition of what is there."
    )
    return [*REQUEST["messages"], {"role": "assistant", "content": partial}, {"role": "user", "content": go_on}]


def overlap(more, ended):
    """Returns how many characters at the start of "more" repeat the end of the text, or None if it is too early to tell."""
    for start in range(len(text)):
        length = len(text) - start
        if len(more) < length:
            if not ended and text.startswith(more, start):
                return None
        elif length < 16:
            return 0  # a shorter match may be a coincidence
        elif more.startswith(text[start:]) and any(map(str.isalnum, text[start:])):
            return length
    return 0


def delay_before(error, retries):
    """Returns the delay in seconds. Ends the program if a retry would not help."""
    if not is_transient(error) or retries >= MAX_RETRIES:
        give_up(why(error))
    hint = hint_of(error.response.headers) if isinstance(error, openai.APIStatusError) else 0
    if hint > MAX_HINT:
        give_up(f"{why(error)} The gateway asked for a wait of {hint:.0f} s. Try again later.")
    if hint > 0:
        # Waits at least as long as the gateway asked, plus a random margin.
        return hint + random.uniform(0.01, min(5, max(0.25, hint / 10)))
    return random.uniform(0, min(MAX_DELAY, BASE_DELAY * 2**retries))  # full jitter


def is_transient(error):
    told = f"{error.code} {error.type} {error}"
    # An empty balance can also be a 429, and waiting does not help.
    if re.search(r"insufficient[ _](\w+[ _])?(quota|balance|credit|fund)|billing_|余额不足|额度不足|欠费", told, re.I):
        return False
    status = getattr(error, "status_code", None)
    if isinstance(error, Cut) and re.fullmatch(r"[45]\d\d", str(error.code)):
        status = int(error.code)
    if status is not None:
        return status in (408, 409, 425, 429) or status >= 500
    return isinstance(error, (Cut, openai.APIConnectionError))


def hint_of(headers):
    """Returns the delay that the gateway asked for, in seconds, or 0 if it did not ask."""

    def number(name):
        value = headers.get(name, "").strip()
        return float(value) if re.fullmatch(r"\d+(\.\d+)?", value) else 0

    def date(name):
        parsed = email.utils.parsedate_tz(headers.get(name, ""))
        return email.utils.mktime_tz(parsed) if parsed else 0

    def until(name):
        return max(0, date(name) - (date("date") or time.time()))

    return number("retry-after-ms") / 1000 or number("retry-after") or until("retry-after")


def why(error):
    body = getattr(error, "body", None)
    message = body.get("message") if isinstance(body, dict) else None
    message = str(message or error.__cause__ or error or type(error).__name__)[:300]
    status = getattr(error, "status_code", None)
    if status in range(300, 400):
        return f"{status} The base URL redirects to another address. The redirect was not followed."
    return (f"{status} " if status else "") + (message if message[-1:] in ".!?。" else f"{message}.")


def say(words):
    global text
    print(printable(words), end="", flush=True)
    text += words


def note(message):
    print(("\n" if text else "") + printable(message), file=sys.stderr, flush=True)


def printable(words):
    """Removes control characters, which a terminal would interpret, except tab and line feed."""
    return re.sub(r"[^\t\n -~\xa0-\U0010ffff]", "", words)


def give_up(message):
    note(message)
    sys.exit(1)


main()
`;

export function pythonCode(request: ExportedRequest): string {
  const { baseUrl, model, messages, temperature, maxTokens, retry, fromDemo } = request;
  const { maxRetries, baseDelayMs, maxDelayMs, maxHintMs, silenceMs } = retry;
  const facts = [
    ...(fromDemo ? ['# Copied from the offline demo. This program calls your own gateway and model.'] : []),
    `BASE_URL = ${pythonLiteral(baseUrl)}`,
    'REQUEST = {',
    `    "model": ${pythonLiteral(model)},`,
    '    "messages": [',
    ...messages.map(({ role, content }) => `        {"role": "${role}", "content": ${textOf(content)}},`),
    '    ],',
    ...(temperature === undefined ? [] : [`    "temperature": ${temperature},`]),
    ...(maxTokens === undefined ? [] : [`    "max_tokens": ${maxTokens},`]),
    '    "stream": True,',
    '}',
    '# All times are in seconds.',
    `MAX_RETRIES = ${maxRetries}`,
    `BASE_DELAY = ${baseDelayMs / 1000}`,
    `MAX_DELAY = ${maxDelayMs / 1000}`,
    `MAX_HINT = ${maxHintMs / 1000}  # a longer delay requested by the gateway ends the program`,
    `SILENCE = ${silenceMs / 1000}  # an answer without data for this long counts as cut off`,
  ];
  return `${head}${facts.join('\n')}\n${pythonProgram}`;
}

const head = `\
# Sends a prompt to a model and prints the answer as it arrives. Requires Python 3.8 or later.
#   1. pip install openai
#   2. Set the environment variable HOLYSHEEP_API_KEY to your API key.
#   3. Save this as ask.py, and run: python ask.py
import email.utils
import os
import random
import re
import signal
import sys
import time

`;

function textOf(content: string): string {
  const lines = linesOf(content).map(pythonLiteral);
  return lines.length === 1 ? lines.join('') : `(\n            ${lines.join('\n            ')}\n        )`;
}
