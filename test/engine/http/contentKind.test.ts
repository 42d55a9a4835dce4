import assert from 'node:assert/strict';
import fc from 'fast-check';
import { declaredKind, sniffedKind, type ContentKind } from '../../../src/engine/http/charset';
import { propertyRuns } from '../../support/propertyRuns';

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

  it('is unknown as long as a stream could still become one, and then stays what it is', () => {
    fc.assert(
      fc.property(fc.constantFrom('data: {"a":1}', ': ping', '{"a":1}', '<html>'), fc.nat(20), (body, length) => {
        const early = sniffedKind(body.slice(0, length));
        assert.ok(early === 'unknown' || early === sniffedKind(body));
      }),
      { numRuns: propertyRuns },
    );
  });
});
