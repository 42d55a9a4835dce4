import assert from 'node:assert/strict';
import fc from 'fast-check';
import { declaredKind, decodeBody, sniffedKind, type ContentKind } from '../../../src/engine/http/charset';
import { StreamDecoder } from '../../../src/engine/http/responseBody';
import { propertyRuns } from '../../support/propertyRuns';

/** 系统繁忙 in the charset. */
const busy: Readonly<Record<string, readonly number[]>> = {
  gbk: [0xcf, 0xb5, 0xcd, 0xb3, 0xb7, 0xb1, 0xc3, 0xa6],
  gb18030: [0xcf, 0xb5, 0xcd, 0xb3, 0xb7, 0xb1, 0xc3, 0xa6],
  big5: [0xa8, 0x74, 0xb2, 0xce, 0xc1, 0x63, 0xa6, 0xa3],
};
const simplified = '系统繁忙';
const traditional = '系統繁忙';

const decode = (bytes: readonly number[], contentType: string | null): string =>
  decodeBody([Uint8Array.from(bytes)], contentType);

describe('the charset of a body', () => {
  for (const [charset, bytes] of Object.entries(busy)) {
    const text = charset === 'big5' ? traditional : simplified;

    it(`is ${charset} where the content type says so`, () => {
      assert.equal(decode(bytes, `application/json; charset="${charset.toUpperCase()}"`), text);
    });

    it(`is ${charset} in a stream, whatever the pieces`, () => {
      const decoder = new StreamDecoder(`text/event-stream;charset=${charset}`);
      assert.equal(bytes.map((byte) => decoder.decode(Uint8Array.of(byte))).join('') + decoder.end(), text);
    });
  }

  it('is GB 18030 when no charset is declared and the bytes are not UTF-8', () => {
    assert.equal(decode(busy['gbk'] ?? [], 'application/json'), simplified);
  });

  it('is GB 18030 where UTF-8 is named and makes no sense', () => {
    assert.equal(decode(busy['gbk'] ?? [], 'application/json; charset=utf-8'), simplified);
  });

  it('is GB 18030 in JSON that is ASCII but for a few characters', () => {
    const bytes = [...Buffer.from('{"error":{"message":"'), ...(busy['gbk'] ?? []), ...Buffer.from('","type":"x"}}')];
    assert.equal(decode(bytes, 'application/json'), `{"error":{"message":"${simplified}","type":"x"}}`);
  });

  it('is not the one that JSON quotes from a web page', () => {
    const bytes = [...Buffer.from(`{"page":"<meta charset=gbk>","message":"${simplified}"}`)];
    assert.ok(decode(bytes, 'application/json').includes(simplified));
  });

  it('is UTF-8 where a single character is damaged', () => {
    const bytes = [...Buffer.from(simplified.repeat(5)), 0xc3];
    assert.equal(decode([...bytes, 0x28], 'application/json'), `${simplified.repeat(5)}\ufffd(`);
  });

  it('is GBK under its name in Windows', () => {
    assert.equal(decode(busy['gbk'] ?? [], 'text/plain; charset=cp936'), simplified);
  });

  it('is the one that a web page names', () => {
    const page = [...Buffer.from('<html><meta charset=big5>'), ...(busy['big5'] ?? [])];
    assert.ok(decode(page, 'text/html').endsWith(traditional));
  });

  it('is UTF-8 where none is named, or an unknown one', () => {
    const bytes = [...Buffer.from(simplified)];
    assert.equal(decode(bytes, null), simplified);
    assert.equal(decode(bytes, 'text/plain; charset=no-such-charset'), simplified);
  });

  it('is UTF-8 with a replacement character for bytes that no charset explains', () => {
    assert.equal(decode([0x61, 0xff, 0x62], null), 'a\ufffdb');
  });

  it('drops an incomplete character at the end', () => {
    assert.equal(decode([...Buffer.from(simplified)].slice(0, -1), null), '系统繁');
    assert.equal(decode((busy['gbk'] ?? []).slice(0, -1), 'text/plain; charset=gbk'), '系统繁');
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

const sniffed: readonly (readonly [beginning: string, kind: ContentKind])[] = [
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

describe('the kind of a body', () => {
  for (const [contentType, kind] of declared) {
    it(`declared as ${String(contentType)} is ${kind}`, () => assert.equal(declaredKind(contentType), kind));
  }

  for (const [beginning, kind] of sniffed) {
    it(`that begins with ${JSON.stringify(beginning)} is ${kind}`, () => assert.equal(sniffedKind(beginning), kind));
  }

  it('is unknown while the beginning could still be that of a stream, and does not change afterwards', () => {
    fc.assert(
      fc.property(fc.constantFrom('data: {"a":1}', ': ping', '{"a":1}', '<html>'), fc.nat(20), (body, length) => {
        const early = sniffedKind(body.slice(0, length));
        assert.ok(early === 'unknown' || early === sniffedKind(body));
      }),
      { numRuns: propertyRuns },
    );
  });
});
