import assert from 'node:assert/strict';
import { createErrorRecord } from '../../../src/host/util/errorRecord';

describe('record of an error in the diagnostics report', () => {
  it('contains the class, the code and the time of the error', () => {
    const cause = Object.assign(new Error('text of a prompt'), { code: 'ECONNRESET' });
    const { time, name, code } = createErrorRecord(new TypeError('text of a prompt', { cause }), 5, '/nowhere');
    assert.deepEqual({ time, name, code }, { time: 5, name: 'TypeError', code: 'ECONNRESET' });
  });

  it('contains only stack frames in files of the extension', () => {
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

  it('ignores a line of the message that looks like a stack frame', () => {
    const error = new Error('no\n    at inner (/ext/dist/secret.js:1:20)');
    assert.deepEqual(createErrorRecord(error, 0, '/ext/dist').at, []);
    error.message = 'another';
    assert.deepEqual(createErrorRecord(error, 0, '/ext/dist').at, []);
  });

  it('parses a maliciously crafted stack in linear time', function () {
    this.timeout(10_000);
    const error = new Error('a message that was changed later');
    error.stack = `Error: \n${'    at ('.repeat(1_000_000)}`;
    error.message = '';
    assert.deepEqual(createErrorRecord(error, 0, '/ext/dist').at, []);
  });

  it('does not contain the text of a thrown string', () => {
    assert.deepEqual(createErrorRecord('text of a prompt', 1, '/'), { time: 1, name: 'text', at: [] });
  });

  it('omits an unusual name or code, because it could contain private text', () => {
    const unusual = Object.assign(new Error('no'), { name: 'text of a prompt', code: 'text of a prompt' });
    const { name, code } = createErrorRecord(unusual, 1, '/nowhere');
    assert.deepEqual([name, code], ['Error', undefined]);
  });
});
