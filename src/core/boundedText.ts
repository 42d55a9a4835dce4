import { decodeBody } from './charset';
import type { Clock } from './clock';

/** An error's body is read for its words only; a server that never ends it must not hold the turn. */
export const errorBodyLimits = { bytes: 64 * 1024, ms: 5000 } as const;

/**
 * Reads at most `limits.bytes`, for at most `limits.ms`; what has arrived by then is the text. Never rejects.
 * The rest of the body is cancelled, so the socket is let go.
 */
export async function boundedText(
  { body, headers }: { readonly body: ReadableStream<Uint8Array> | null; readonly headers: Headers },
  clock: Clock,
  limits: { readonly bytes: number; readonly ms: number } = errorBodyLimits,
): Promise<string> {
  if (!body) return '';
  const reader = body.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  let cancelTimer: () => void = () => undefined;
  const late = new Promise<undefined>((resolve) => {
    cancelTimer = clock.after(limits.ms, () => resolve(undefined));
  });
  try {
    while (size < limits.bytes) {
      const part = await Promise.race([reader.read(), late]);
      if (!part || part.done) break;
      size += part.value.length;
      parts.push(part.value);
    }
  } catch {
    // A body that breaks has said what it had to say.
  }
  cancelTimer();
  reader.cancel().catch(() => undefined);
  return decodeBody(parts, headers.get('content-type'));
}
