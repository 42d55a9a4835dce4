/** Where a text has no zero byte, unless it is UTF-16 with a mark that says so. */
const probedBytes = 8192;

export function looksBinary(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  const utf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return !utf16 && bytes.subarray(0, probedBytes).includes(0);
}
