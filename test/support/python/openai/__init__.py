"""
A fake of the openai package for machines without the package. It contains only what copied programs use, with the same
names, arguments and errors, and needs only the standard library. It does not support retries.
"""

import http.client
import json
import os
import sys
from types import SimpleNamespace
from urllib.parse import urlsplit


class OpenAIError(Exception):
    pass


class APIError(OpenAIError):
    def __init__(self, message, *, body=None):
        super().__init__(message)
        self.message = message
        self.body = body
        details = body if isinstance(body, dict) else {}
        self.code = details.get("code")
        self.type = details.get("type")


class APIConnectionError(APIError):
    def __init__(self, message="Connection error."):
        super().__init__(message)


class APITimeoutError(APIConnectionError):
    def __init__(self):
        super().__init__("Request timed out.")


class APIStatusError(APIError):
    def __init__(self, message, *, response, body):
        super().__init__(message, body=body)
        self.response = response
        self.status_code = response.status_code


class DefaultHttpxClient:
    def __init__(self, *, follow_redirects=True):
        self.follow_redirects = follow_redirects


class OpenAI:
    def __init__(self, *, api_key, base_url, max_retries=2, timeout=600, http_client=None):
        if max_retries != 0:
            raise OpenAIError("The fake package can't retry.")
        headers = {"Authorization": f"Bearer {api_key}", "Content-Type": "application/json", **_headers_of_environment()}
        http_client = http_client or DefaultHttpxClient()
        self.chat = SimpleNamespace(completions=_Completions(headers, urlsplit(base_url), timeout, http_client))


def _headers_of_environment():
    headers = {
        "OpenAI-Organization": os.environ.get("OPENAI_ORG_ID"),
        "OpenAI-Project": os.environ.get("OPENAI_PROJECT_ID"),
    }
    for line in os.environ.get("OPENAI_CUSTOM_HEADERS", "").splitlines():
        name, _, value = line.partition(":")
        headers[name.strip()] = value.strip()
    return {name: value for name, value in headers.items() if value is not None}


if "OPENAI_LOG" in os.environ:
    print("The log of the package is on.", file=sys.stderr)


class _Completions:
    def __init__(self, headers, base_url, timeout, http_client):
        self._headers = headers
        self._base_url = base_url
        self._timeout = timeout
        self._http_client = http_client

    def create(self, *, stream, **body):
        if not stream:
            raise OpenAIError("The fake package only supports streams.")
        data = json.dumps({**body, "stream": True}, ensure_ascii=False).encode("utf-8")
        url = self._base_url._replace(path=f"{self._base_url.path}/chat/completions")
        try:
            connection, response = self._send(url, data)
            while self._http_client.follow_redirects and response.status in (301, 302, 303, 307, 308):
                connection, response = self._send(urlsplit(response.headers["Location"]), data)
        except TimeoutError as error:
            raise APITimeoutError() from error
        except (OSError, http.client.HTTPException) as error:
            raise APIConnectionError() from error
        if response.status >= 300:
            _reject(response)
        return _Stream(connection, response)

    def _send(self, url, data):
        secure = url.scheme == "https"
        connect = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = connect(url.netloc, timeout=self._timeout)
        target = f"{url.path}?{url.query}" if url.query else url.path
        connection.request("POST", target, data, self._headers)
        return connection, connection.getresponse()


def _reject(response):
    text = response.read().decode("utf-8", "replace")
    try:
        body = json.loads(text)
    except ValueError:
        body = None
    detail = body.get("error", body) if isinstance(body, dict) else body
    reply = SimpleNamespace(status_code=response.status, headers=response.headers)
    raise APIStatusError(f"Error code: {response.status} - {body or text}", response=reply, body=detail)


class _Stream:
    def __init__(self, connection, response):
        self._connection = connection
        self._response = response

    def __iter__(self):
        for line in self._response:
            if not line.startswith(b"data:"):
                continue
            data = line[5:].strip()
            if data == b"[DONE]":
                return
            chunk = json.loads(data)
            if chunk.get("error"):
                error = chunk["error"]
                raise APIError(error.get("message", "An error occurred during streaming"), body=error)
            yield _chunk(chunk)

    def close(self):
        self._response.close()
        self._connection.close()


def _chunk(chunk):
    return SimpleNamespace(choices=[_choice(choice) for choice in chunk.get("choices", [])])


def _choice(choice):
    delta = SimpleNamespace(content=choice.get("delta", {}).get("content"))
    return SimpleNamespace(delta=delta, finish_reason=choice.get("finish_reason"))
