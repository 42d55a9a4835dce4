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

# Example request
BASE_URL = "https://api.holysheep.ai/v1"
REQUEST = {
    "model": "claude-sonnet-4",
    "messages": [
        {"role": "user", "content": "Why do clients add jitter?"},
    ],
    "stream": True,
}
MAX_RETRIES = 5
BASE_DELAY = 1
MAX_DELAY = 60
MAX_RETRY_AFTER = 300
IDLE_TIMEOUT = 120
# End of the example

# Ctrl+C ends the program immediately, even while the openai package is loading.
signal.signal(signal.SIGINT, lambda *_: sys.exit(130))
# The openai package would send some of these environment variables to the gateway.
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
    # The openai package does not retry (max_retries=0), because the loop below retries.
    client = openai.OpenAI(
        api_key=api_key, base_url=BASE_URL, max_retries=0, timeout=IDLE_TIMEOUT, http_client=http_client
    )
    retries = 0
    while True:
        try:
            finish_reason = stream_answer(client)
            break
        except (openai.APIError, CutOffError) as error:
            delay = retry_delay(error, retries)
            retries += 1
            log(f"{describe_error(error)} Retrying in {delay:.1f} s ({retries} of {MAX_RETRIES}).")
        time.sleep(delay)
    if sys.stdout.isatty():
        print()
    if finish_reason in ("length", "content_filter"):
        log(f"The answer was cut off: {finish_reason}.")


def stream_answer(client):
    """Prints an answer, or the rest of an answer that was cut off. Returns the finish reason."""
    stream = client.chat.completions.create(**{**REQUEST, "messages": messages_to_send()})
    # Holds back the continuation until its overlap with the printed text is known.
    buffer = "" if text else None
    try:
        for chunk in stream:
            choice = chunk.choices[0] if chunk.choices else None
            content = choice.delta.content or "" if choice and choice.delta else ""
            finish_reason = choice.finish_reason if choice else None
            if buffer is not None:
                buffer += content
                overlap = overlap_length(buffer, is_last=bool(finish_reason))
                if overlap == 0 and len(buffer) >= 64 and text.startswith(buffer[:64]):
                    raise ValueError("The model restarted the answer instead of continuing it.")
                content = "" if overlap is None else buffer[overlap:]
                buffer = buffer if overlap is None else None
            append(content)
            if finish_reason:
                return finish_reason
    except BrokenPipeError:
        os._exit(1)  # the program that reads the output has ended, so nothing more can be printed
    except Exception as cause:
        raise CutOffError(describe_error(cause), cause) from None
    finally:
        stream.close()
    raise CutOffError("The stream ended without a finish reason.")


class CutOffError(Exception):
    def __init__(self, reason, cause=None):
        super().__init__(f"The answer was cut off. {reason}")
        # If the gateway sends an error within the stream, the error might have a code.
        self.code = getattr(cause, "code", None)
        self.type = getattr(cause, "type", None)


def messages_to_send():
    if not text:
        return REQUEST["messages"]
    # A lone surrogate can't be encoded, so it is replaced.
    partial = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    instruction = (
        f"Continue your answer: it was cut off by a connection error. Its last characters are «{partial[-200:]}». "
        "Write on from the exact next character after them. No preamble, no apology, no repetition of what is there."
    )
    return [*REQUEST["messages"], {"role": "assistant", "content": partial}, {"role": "user", "content": instruction}]


def overlap_length(content, is_last):
    """Returns how many characters at the start of "content" repeat the end of the printed text.

    Returns None if more content is needed to decide this.
    """
    for start in range(len(text)):
        length = len(text) - start
        if len(content) < length:
            if not is_last and text.startswith(content, start):
                return None
        elif length < 16:
            return 0  # a match of fewer than 16 characters could be a coincidence
        elif content.startswith(text[start:]) and any(map(str.isalnum, text[start:])):
            return length
    return 0


def retry_delay(error, retries):
    """Returns the delay before the next attempt in seconds. Ends the program if a retry would not help."""
    if not is_transient(error) or retries >= MAX_RETRIES:
        exit_with_error(describe_error(error))
    retry_after = parse_retry_after(error.response.headers) if isinstance(error, openai.APIStatusError) else 0
    if retry_after > MAX_RETRY_AFTER:
        message = f"The gateway said to wait {retry_after:.0f} s. Try again later."
        exit_with_error(f"{describe_error(error)} {message}")
    if retry_after > 0:
        # Waits for the time that the gateway asked for, plus a random margin.
        return retry_after + random.uniform(0.01, min(5, max(0.25, retry_after / 10)))
    # Full jitter: waits for a random time between 0 and the exponential backoff.
    return random.uniform(0, min(MAX_DELAY, BASE_DELAY * 2**retries))


def is_transient(error):
    details = f"{error.code} {error.type} {error}"
    # Some gateways report an empty balance with status 429. A retry does not help then.
    if re.search(r"insufficient[ _](\w+[ _])?(quota|balance|credit|fund)|billing_|余额不足|额度不足|欠费", details, re.I):
        return False
    status = getattr(error, "status_code", None)
    if isinstance(error, CutOffError) and re.fullmatch(r"[45]\d\d", str(error.code)):
        status = int(error.code)
    if status is not None:
        return status in (408, 409, 425, 429) or status >= 500
    return isinstance(error, (CutOffError, openai.APIConnectionError))


def parse_retry_after(headers):
    """Returns the delay that the gateway asked for, in seconds, or 0 if there is none."""

    def parse_number(name):
        value = headers.get(name, "").strip()
        return float(value) if re.fullmatch(r"\d+(\.\d+)?", value) else 0

    def parse_date(name):
        parsed = email.utils.parsedate_tz(headers.get(name, ""))
        return email.utils.mktime_tz(parsed) if parsed else 0

    def seconds_until(name):
        return max(0, parse_date(name) - (parse_date("date") or time.time()))

    return parse_number("retry-after-ms") / 1000 or parse_number("retry-after") or seconds_until("retry-after")


def describe_error(error):
    body = getattr(error, "body", None)
    message = body.get("message") if isinstance(body, dict) else None
    message = str(message or error.__cause__ or error or type(error).__name__)[:300]
    status = getattr(error, "status_code", None)
    if status in range(300, 400):
        return f"{status} The base URL redirects to another address. The redirect was not followed."
    return (f"{status} " if status else "") + (message if message[-1:] in ".!?。" else f"{message}.")


def append(content):
    global text
    print(without_controls(content), end="", flush=True)
    text += content


def log(message):
    print(("\n" if text else "") + without_controls(message), file=sys.stderr, flush=True)


def without_controls(string):
    """Removes control characters, which a terminal would interpret, except tab and line feed."""
    return re.sub(r"[^\t\n -~\xa0-\U0010ffff]", "", string)


def exit_with_error(message):
    log(message)
    sys.exit(1)


main()
