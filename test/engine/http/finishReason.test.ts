import assert from 'node:assert/strict';
import { readFinishReason, type Finish } from '../../../src/engine/http/finishReason';

const complete = (reason: string): Finish => ({ type: 'complete', reason });

const readings: readonly (readonly [finish: Finish | undefined, values: readonly unknown[]])[] = [
  [undefined, [null, undefined, '', ' ', 'null', 'None', 3]],
  [complete('stop'), ['stop', 'STOP', 'end_turn', 'stop_sequence', 'eos']],
  [
    complete('length'),
    ['length', 'max_tokens', 'MAX_TOKENS', 'max_output_tokens', 'model_context_window_exceeded', 'model_length'],
  ],
  [complete('tool_calls'), ['tool_calls', 'tool_use', 'function_call']],
  [
    { type: 'filtered' },
    [
      ...['content_filter', 'content_filter: RECITATION', 'sensitive', 'SAFETY', 'RECITATION', 'PROHIBITED_CONTENT'],
      ...['refusal', 'guardrail_intervened'],
    ],
  ],
  [{ type: 'cut' }, ['error', 'abort', 'network_error', 'insufficient_system_resource']],
  [complete('function_call_filter: MALFORMED_FUNCTION_CALL'), ['function_call_filter: MALFORMED_FUNCTION_CALL']],
  [complete('pause'), ['pause']],
];

describe('the finish reason', () => {
  for (const [finish, values] of readings) {
    for (const value of values) {
      it(`is read from ${JSON.stringify(value)} as ${finish ? Object.values(finish).join(', ') : 'none'}`, () => {
        assert.deepEqual(readFinishReason(value), finish);
      });
    }
  }
});
