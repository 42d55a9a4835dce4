/** Fetches JSON and tries again when the server is busy. */
export async function fetchWithRetry<T>(url: string, maxRetries = 3): Promise<T> {
  let delayMs = 500;
  for (let attempt = 0; attempt <= maxRetries; attempt++) {
    const response = await fetch(url);
    if (response.ok) {
      return (await response.json()) as T;
    }
    const retryAfter = Number(response.headers.get('retry-after'));
    await pause(retryAfter || delayMs);
    delayMs *= 2;
  }
  throw new Error(`${url} failed after ${maxRetries} attempts`);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
