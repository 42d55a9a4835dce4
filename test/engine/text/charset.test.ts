import assert from 'node:assert/strict';
import fc from 'fast-check';
import { declaredKind, decodeBody, sniffedKind, type ContentKind } from '../../../src/engine/text/charset';
import { StreamDecoder } from '../../../src/engine/http/responseBody';
import { propertyRuns } from '../../support/propertyRuns';

/** The bytes of 系统繁忙 ("system busy") in each charset. */
const systemBusy: Readonly<Record<string, readonly number[]>> = {
  gbk: [0xcf, 0xb5, 0xcd, 0xb3, 0xb7, 0xb1, 0xc3, 0xa6],
  gb18030: [0xcf, 0xb5, 0xcd, 0xb3, 0xb7, 0xb1, 0xc3, 0xa6],
  big5: [0xa8, 0x74, 0xb2, 0xce, 0xc1, 0x63, 0xa6, 0xa3],
};
const simplified = '系统繁忙';
const traditional = '系統繁忙';

const decode = (bytes: readonly number[], contentType: string | null): string =>
  decodeBody([Uint8Array.from(bytes.slice(0, 3)), Uint8Array.from(bytes.slice(3))], contentType);

describe('charset detection', () => {
  for (const [charset, bytes] of Object.entries(systemBusy)) {
    const text = charset === 'big5' ? traditional : simplified;

    it(`uses ${charset} when the content type declares it`, () => {
      assert.equal(decode(bytes, `application/json; charset="${charset.toUpperCase()}"`), text);
    });

    it(`decodes a stream of single bytes as ${charset} when the content type declares it`, () => {
      const decoder = new StreamDecoder(`text/event-stream;charset=${charset}`);
      assert.equal(bytes.map((byte) => decoder.decode(Uint8Array.of(byte))).join('') + decoder.end(), text);
    });
  }

  it('detects GB 18030 even if the body is declared as UTF-8', () => {
    for (const contentType of ['application/json', 'application/json; charset=utf-8'])
      assert.equal(decode(systemBusy['gbk'] ?? [], contentType), simplified);
  });

  it('detects GB 18030 in JSON that has only a few non-ASCII characters', () => {
    const bytes = [
      ...Buffer.from('{"error":{"message":"'),
      ...(systemBusy['gbk'] ?? []),
      ...Buffer.from('","type":"x"}}'),
    ];
    assert.equal(decode(bytes, 'application/json'), `{"error":{"message":"${simplified}","type":"x"}}`);
  });

  it('ignores the charset of a web page that is quoted in JSON', () => {
    const bytes = [...Buffer.from(`{"page":"<meta charset=gbk>","message":"${simplified}"}`)];
    assert.ok(decode(bytes, 'application/json').includes(simplified));
  });

  it('detects UTF-8 even if a single character is invalid', () => {
    const bytes = [...Buffer.from(simplified.repeat(5)), 0xc3];
    assert.equal(decode([...bytes, 0x28], 'application/json'), `${simplified.repeat(5)}\ufffd(`);
  });

  it('uses GBK when the content type declares cp936', () => {
    assert.equal(decode(systemBusy['gbk'] ?? [], 'text/plain; charset=CP936'), simplified);
  });

  it('uses Big5 when the content type declares cp950', () => {
    assert.equal(decode(systemBusy['big5'] ?? [], 'text/plain; charset=CP950'), traditional);
  });

  it('detects UTF-8 if only a few characters are invalid, and otherwise GB 18030', () => {
    const accented = (count: number): readonly number[] => [...Buffer.from('é'.repeat(count)), 0x80, 0x80, 0x80];
    assert.equal(decode(accented(7), null), 'ééééééé\ufffd\ufffd\ufffd');
    assert.equal(decode(accented(6), null), '茅茅茅茅茅茅€€€');
  });

  for (const tag of ['<meta charset=big5>', "<meta charset='big5'>"])
    it(`uses the charset in ${tag}`, () => {
      const page = [...Buffer.from(`<html>${tag}`), ...(systemBusy['big5'] ?? [])];
      assert.ok(decode(page, 'text/html').endsWith(traditional));
    });

  it('uses the charset that a web page declares', () => {
    const page = [...Buffer.from('\n<html><meta  charset = "big5">'), ...(systemBusy['big5'] ?? [])];
    assert.ok(decode(page, 'text/html').endsWith(traditional));
  });

  it('uses UTF-8 when no supported charset is declared', () => {
    const bytes = [...Buffer.from(simplified)];
    assert.equal(decode(bytes, null), simplified);
    assert.equal(decode(bytes, 'text/plain; charset=no-such-charset'), simplified);
    assert.equal(decode([...Buffer.from('<p>Busy')], null), '<p>Busy');
  });

  it('uses UTF-8 with a replacement character for bytes that are invalid in every charset', () => {
    assert.equal(decode([0x61, 0xff, 0x80], null), 'a\ufffd\ufffd');
  });

  it('keeps a byte order mark', () => {
    for (const contentType of [null, 'text/plain; charset=no-such-charset'])
      assert.equal(decode([...Buffer.from('\ufeffa')], contentType), '\ufeffa');
  });

  it('drops an incomplete character at the end, whatever the charset', () => {
    assert.equal(decode([...Buffer.from(simplified)].slice(0, -1), null), '系统繁');
    assert.equal(decode((systemBusy['gbk'] ?? []).slice(0, -1), null), '系统繁');
    assert.equal(decode((systemBusy['gbk'] ?? []).slice(0, -1), 'text/plain; charset=gbk'), '系统繁');
  });
});

const declared: readonly (readonly [contentType: string | null, kind: ContentKind])[] = [
  ['text/event-stream', 'stream'],
  ['text/event-stream; charset=utf-8', 'stream'],
  ['Text/Event-Stream;charset=UTF-8', 'stream'],
  [' text/event-stream ', 'stream'],
  ['application/json', 'json'],
  ['application/json; charset=utf-8', 'json'],
  ['application/problem+json', 'json'],
  ['text/html; charset=utf-8', 'web-page'],
  ['application/xhtml+xml', 'web-page'],
  ['text/plain', 'unknown'],
  ['application/octet-stream', 'unknown'],
  ['application/jsonlines', 'unknown'],
  ['', 'unknown'],
  [null, 'unknown'],
];

const sniffed: readonly (readonly [start: string, kind: ContentKind])[] = [
  ['data: {"choices":[]}', 'stream'],
  ['data:{}', 'stream'],
  ['\uFEFFdata: {}', 'stream'],
  ['\r\n\r\ndata: {}', 'stream'],
  [': keep-alive', 'stream'],
  ['event: error\ndata: {}', 'stream'],
  ['id: 1', 'stream'],
  ['retry: 3000', 'stream'],
  ['{"choices":[]}', 'json'],
  ['  \n{', 'json'],
  ['[{"error":{}}]', 'json'],
  ['<!doctype html>', 'web-page'],
  ['\uFEFF\n<html>', 'web-page'],
  ['dat', 'unknown'],
  ['upstream timed out', 'unknown'],
  ['database: down', 'unknown'],
  ['da\uFEFFta: {}', 'unknown'],
  ['   ', 'unknown'],
  ['', 'unknown'],
];

describe('detection of the format of a response body', () => {
  for (const [contentType, kind] of declared) {
    it(`returns ${kind} for the content type ${JSON.stringify(contentType)}`, () =>
      assert.equal(declaredKind(contentType), kind));
  }

  for (const [start, kind] of sniffed) {
    it(`returns ${kind} for a body that starts with ${JSON.stringify(start)}`, () =>
      assert.equal(sniffedKind(start), kind));
  }

  it('does not change when more of the body is read', () => {
    fc.assert(
      fc.property(fc.constantFrom('data: {"a":1}', ': ping', '{"a":1}', '<html>'), fc.nat(20), (body, length) => {
        const kind = sniffedKind(body.slice(0, length));
        assert.ok(kind === 'unknown' || kind === sniffedKind(body));
      }),
      { numRuns: propertyRuns },
    );
  });
});
