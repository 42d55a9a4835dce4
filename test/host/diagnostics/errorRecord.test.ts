import assert from 'node:assert/strict';
import { createErrorRecord } from '../../../src/host/diagnostics/errorRecord';

describe('the note of an error', () => {
  it('has its class, its code or that of its cause, and the time', () => {
    const cause = Object.assign(new Error('what was asked'), { code: 'ECONNRESET' });
    const { time, name, code } = createErrorRecord(new TypeError('what was asked', { cause }), 5, '/nowhere');
    assert.deepEqual({ time, name, code }, { time: 5, name: 'TypeError', code: 'ECONNRESET' });
  });

  it('has the places in our own files, the innermost first', () => {
    const error = new Error('no');
    error.stack = [
      'Error: no',
      '    at inner (/ext/dist/app.js:1:20)',
      '    at async /ext/dist/code.js:3:4',
      '    at other (/ext/other/x.js:1:1)',
      '    at node:internal/timers:1:1',
    ].join('\n');
    assert.deepEqual(createErrorRecord(error, 0, '/ext/dist').at, ['app.js:1:20', 'code.js:3:4']);
  });

  it('has nothing of a message that looks like a place', () => {
    const error = new Error('no\n    at inner (/ext/dist/secret.js:1:20)');
    assert.deepEqual(createErrorRecord(error, 0, '/ext/dist').at, []);
    error.message = 'another';
    assert.deepEqual(createErrorRecord(error, 0, '/ext/dist').at, []);
  });

  it('reads a hostile stack in linear time', function () {
    this.timeout(10_000);
    const error = new Error('a message that was changed later');
    error.stack = `Error: \n${'    at ('.repeat(1_000_000)}`;
    error.message = '';
    assert.deepEqual(createErrorRecord(error, 0, '/ext/dist').at, []);
  });

  it('has nothing of what is no error, or calls itself something odd', () => {
    assert.deepEqual(createErrorRecord('what was asked', 1, '/'), { time: 1, name: 'text', at: [] });
    const odd = Object.assign(new Error('no'), { name: 'what was asked', code: 'what was asked' });
    const { name, code } = createErrorRecord(odd, 1, '/nowhere');
    assert.deepEqual([name, code], ['Error', undefined]);
  });
});
