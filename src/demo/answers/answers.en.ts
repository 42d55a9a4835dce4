/** The topics that the offline demo has an answer for. */
export type Topic =
  'overview' | 'backoff' | 'jitter' | 'retryAfter' | 'idempotency' | 'resume' | 'breaker' | 'failover';

/** The answers of the offline demo in one language. */
export interface DemoTexts {
  readonly answers: Readonly<Record<Topic, string>>;
  /** Text that precedes the answer when the prompt contains code or names no topic of the demo. */
  readonly notice: string;
  /** Reasoning that the demo streams before an answer. */
  readonly reasoning: string;
}

export const english: DemoTexts = {
  notice: `*This is the offline demo: no model reads your prompt, so this answer is about retrying requests.*`,
  reasoning: `The question is about waiting between attempts. First I should make clear what goes wrong without randomness: clients that failed together come back together. Then the kinds of jitter, best as a table, because they differ only in the bounds of one random number. Finally a recommendation for each case, since no single kind suits both a dropped connection and an overloaded server.`,
  answers: {
    overview: `# Retrying without making things worse

Most request failures are temporary. A good client waits for the right time, tries again and never shows the same text twice.

## What to retry

| Reply | What it means | What to do |
| --- | --- | --- |
| \`429\` | too many requests | wait for the time in \`Retry-After\` |
| \`500\`, \`502\`, \`503\`, \`529\` | the server has a problem | back off, with jitter |
| reset, stall, early end | the connection broke | resume the answer |
| \`400\`, \`401\`, \`404\` | the request, the key or the address is wrong | stop and say what to change |
| \`402\` | the balance is empty | stop: waiting does not help |

## The loop

\`\`\`js
const temporary = [429, 500, 502, 503, 529];

async function withRetries(send, { retries = 5, base = 1000, cap = 60_000 } = {}) {
  for (let n = 0; ; n++) {
    const reply = await send();
    if (reply.ok) return reply;
    if (n === retries || !temporary.includes(reply.status)) {
      throw new Error('The request failed with status ' + reply.status);
    }
    const asked = Number(reply.headers.get('retry-after')) * 1000 || 0;
    const backoff = Math.random() * Math.min(cap, base * 2 ** n);
    await new Promise((wake) => setTimeout(wake, Math.max(asked, backoff)));
  }
}
\`\`\`

## Three rules

1. **Respect the server.** When it asks you to wait, never retry earlier.
2. **Spread out.** Without randomness, all clients retry at the same moment.
3. **Know when to stop.** Limit the total time as well as the number of attempts, and let *Stop* take effect immediately.`,
    backoff: `# Exponential backoff

Each failure doubles the time before the next attempt. A short hiccup costs almost nothing, and a struggling server gets time to recover.

With a base of 1 s and a cap of 60 s, the upper bound of the wait grows like this:

| Retry | Upper bound | Average with full jitter |
| ---: | ---: | ---: |
| 1 | 1 s | 0.5 s |
| 2 | 2 s | 1 s |
| 3 | 4 s | 2 s |
| 4 | 8 s | 4 s |
| 5 | 16 s | 8 s |
| 7 and more | 60 s | 30 s |

## In code

\`\`\`python
import random

def delay(n, base=1.0, cap=60.0):
    """Seconds before retry n, counted from 0."""
    return random.uniform(0, min(cap, base * 2 ** n))
\`\`\`

## Easy to forget

- **A cap.** Doubling one second ten times gives 17 minutes; no user waits that long.
- **A deadline.** Five retries can be used up in half a minute, shortly before the outage ends. Limit the total time as well.
- **A way out.** The wait must end immediately when the user presses *Stop* or *Retry now*.
- **One loop.** If the library retries three times and the program around it three times, the server sees nine requests.`,
    jitter: `# Why waits need jitter

Suppose a gateway goes down for a second while 1,000 clients are using it. All of them fail together. If each waits exactly 2 s, all of them also return together, and the gateway that has just come up is knocked over again. This is the *thundering herd*.

**Jitter** is a random share of the wait. It turns the spike into a steady trickle.

## Kinds of jitter

With \`d = min(cap, base · 2ⁿ)\`:

| Kind | Wait | Character |
| --- | --- | --- |
| none | \`d\` | the herd returns as one |
| full | between \`0\` and \`d\` | spreads best, sometimes very short |
| equal | between \`d/2\` and \`d\` | never very short |
| decorrelated | between \`base\` and three times the last wait | grows less regularly |

## Which one to use

1. **Full jitter** after a dropped connection: the fault is usually your own connection, and a quick retry often succeeds.
2. **Equal jitter** when the server is overloaded: always wait at least half of the delay.
3. **A little on top** of a \`Retry-After\`: never earlier than requested, but not at the same millisecond as every other client.

> Adding up to one second to an exponential wait is *not* enough: when the wait is 32 s, the herd still arrives within one second.`,
    retryAfter: `# Honoring Retry-After

A \`429 Too Many Requests\` often contains the best information that a client can get: when to try again.

\`\`\`http
HTTP/1.1 429 Too Many Requests
Retry-After: 5
Content-Type: application/json
\`\`\`

## Reading the header

The value has one of two forms, and a careless parser mixes them up:

- **Seconds**: \`Retry-After: 5\`. Digits only.
- **A date**: \`Retry-After: Wed, 21 Oct 2026 07:28:00 GMT\`. Compare it with the \`Date\` header of the same response, because your clock may be wrong.

\`\`\`ts
function retryAfterMs(headers: Headers): number | undefined {
  const value = headers.get('retry-after')?.trim() ?? '';
  if (/^\\d+$/.test(value)) return Number(value) * 1000;
  const then = Date.parse(value);
  const now = Date.parse(headers.get('date') ?? '');
  if (Number.isNaN(then)) return undefined;
  return Math.max(0, then - (Number.isNaN(now) ? Date.now() : now));
}
\`\`\`

## Obeying it

1. Wait **at least** that long, plus a small random share.
2. Hold back the *other* requests to the same model too; they would be rejected too.
3. If the time is far away, an hour say, don't wait silently. Show when the limit resets and offer another model.
4. Never retry an **empty balance**, even when it arrives as a \`429\`: waiting does not help.`,
    idempotency: `# Retrying what must not happen twice

A request that timed out may still have been carried out; only its *answer* was lost. So before a retry, ask: what if the first one worked?

| Request | Safe to repeat? |
| --- | --- |
| \`GET\`, \`HEAD\` | yes, it only reads |
| \`PUT\`, \`DELETE\` | yes, the second one changes nothing |
| \`POST\` that writes a text | mostly: it costs tokens, and gives another text |
| \`POST\` that sends, pays or deploys | **no**, unless the server recognises it |

## Idempotency keys

Give each *intention* a key, and send the same key with all of its attempts. The server carries out the first and answers the others with the stored result.

\`\`\`js
const key = crypto.randomUUID();

const pay = () =>
  fetch('https://example.com/payments', {
    method: 'POST',
    headers: { 'Idempotency-Key': key, 'Content-Type': 'application/json' },
    body: JSON.stringify({ amount: 1200, currency: 'CNY' }),
  });
\`\`\`

The key is made **outside** the retry loop. Inside it, every attempt would be a new payment.

## With a language model

- Asking again is harmless, but it is billed. A cut answer is better *continued* than started over.
- A tool that the model has called may have side effects. **Never run it again** because the stream broke afterwards; ask the model to continue with the result that you have.`,
    resume: `# When a stream breaks in the middle

A streamed answer can fail halfway through. Starting over wastes tokens and shows the beginning twice; giving up loses what has already arrived.

## Noticing it

| What happens | What the client sees |
| --- | --- |
| connection reset | an error while reading |
| early end | the body ends without a \`finish_reason\` |
| stall | **nothing at all** |

Stalls are the hardest to notice, because there is no error. A client needs two timers: one that any byte resets, and a longer one that only content resets. Otherwise a dead connection hangs forever, or a model that thinks for a while is considered dead.

## Resuming

1. Keep all the text that has arrived.
2. Send the conversation again with the partial answer as the assistant's message, and ask for the exact continuation.
3. Buffer the first words of the reply, because models often repeat themselves. Remove the part that you already have.
4. Join the two parts and stream on.

\`\`\`js
/** Length of the longest end of \`text\` with which \`continuation\` begins. */
function overlap(text, continuation, least = 16) {
  for (let k = Math.min(text.length, continuation.length); k >= least; k--) {
    if (text.endsWith(continuation.slice(0, k))) return k;
  }
  return 0;
}
\`\`\`

A minimum of 16 characters prevents a coincidental match, such as a repeated word or a line of dashes, from removing part of the answer.

If the second part doesn't fit, ask for the whole answer again and keep the old text on the screen until the new answer is longer.`,
    breaker: `# Circuit breakers

Backoff protects a server from *one* client's retries. A **circuit breaker** protects it from *all* requests of a client: after several failures in a row, no request is sent for a while.

## Three states

| State | Requests | Leaves it |
| --- | --- | --- |
| closed | all are sent | after 5 failures in a row: open |
| open | none is sent | when the pause is over: half-open |
| half-open | one *probe* is sent | success: closed; failure: open, for longer |

## In code

\`\`\`js
class Breaker {
  failures = 0;
  openUntil = 0;

  allows(now = Date.now()) {
    return now >= this.openUntil;
  }

  succeeded() {
    this.failures = 0;
  }

  failed(now = Date.now()) {
    this.failures++;
    if (this.failures < 5) return;
    const pause = Math.min(120_000, 15_000 * 2 ** (this.failures - 5));
    this.openUntil = now + pause;
  }
}
\`\`\`

A full implementation also makes sure that only one probe is in flight.

## What counts

- **Count** failures of the provider: \`500\`, \`502\`, \`503\`, \`529\`, timeouts.
- **Don't count** your own errors: a wrong key or a malformed request says nothing about the server's health.
- **One breaker for each model.** When one is overloaded, another behind the same gateway may be fine: offer it.
- **Leave the user in charge.** Show when the pause ends, and offer to try anyway.`,
    failover: `# Backup routes

Waiting doesn't help while the way to a gateway is blocked, for example by a name that can't be found or a port that refuses connections. A client that knows a **second address** for the same models can use it at once.

## When to switch

| What happened | Switch? |
| --- | --- |
| name not found, refused, connection timed out | yes, at once |
| reset before the first byte | after one immediate retry |
| \`429\`, \`402\` | **no**: the gateway works, and limits apply to your account |
| \`400\`, \`401\`, \`404\` | no: the request, the key or the address is wrong |

## In code

\`\`\`js
async function sendOverRoutes(routes, send) {
  let failure;
  for (const route of routes) {
    try {
      return await send(route);
    } catch (error) {
      // fetch rejects only if no response has arrived. A 429 response, for example, is returned.
      failure = error;
    }
  }
  throw failure;
}
\`\`\`

## Finding the way back

1. Remember that the first route is **down**, so that the next request doesn't fail there again.
2. Test it in the background from time to time, without a key.
3. Return to it as soon as it responds.

> Each route has its own key. A client must *never* send the key of one route to another.`,
  },
};
