import { inflateRawSync } from 'node:zlib';

const endSignature = 0x06054b50;
const stored = 0;

/**
 * Returns the files of a ZIP archive by name. Supports the subset that a VSIX uses: no comments, no 64-bit sizes.
 * Offsets are those of PKWARE's APPNOTE, 4.3.12 and 4.3.16.
 */
export function zipEntries(zip: Buffer): ReadonlyMap<string, Buffer> {
  const end = zip.length - 22;
  if (zip.readUInt32LE(end) !== endSignature) throw new Error('This is no ZIP archive that ends without a comment.');
  const entries = new Map<string, Buffer>();
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const method = zip.readUInt16LE(at + 10);
    const size = zip.readUInt32LE(at + 20);
    const [name, extra, comment] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    const local = zip.readUInt32LE(at + 42);
    const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const bytes = zip.subarray(from, from + size);
    entries.set(zip.toString('utf8', at + 46, at + 46 + name), method === stored ? bytes : inflateRawSync(bytes));
    at += 46 + name + extra + comment;
  }
  return entries;
}
