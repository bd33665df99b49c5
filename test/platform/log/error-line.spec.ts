import { QueryFailedError } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { describeError } from '../../../src/platform/log/error-line.ts';

describe('an error in the log', () => {
  it('has its class, message, stack and code', () => {
    const thrown = Object.assign(new TypeError('no such thing'), { code: 'ENOENT' });
    expect(describeError(thrown)).toMatchObject({ type: 'TypeError', message: 'no such thing', code: 'ENOENT' });
    expect(describeError(thrown).stack).toContain('error-line.spec');
  });

  it('has its causes, but not without end', () => {
    const circular = new Error('round');
    circular.cause = circular;
    expect(describeError(new Error('outer', { cause: new Error('inner') })).cause?.message).toBe('inner');
    expect(JSON.stringify(describeError(circular)).match(/"round"/g)).toHaveLength(6);
  });

  it('has nothing else: not the parameters of a query that failed', () => {
    const failed = new QueryFailedError('INSERT …', ['hunter2'], new Error('UNIQUE constraint failed'));
    expect(JSON.stringify(failed)).toContain('hunter2');
    expect(JSON.stringify(describeError(failed))).not.toContain('hunter2');
    expect(describeError(failed).message).toContain('UNIQUE constraint failed');
  });

  it.each(['hunter2', 7, null, undefined, { secret: 'hunter2' }])('that is no error is not printed: %j', (thrown) => {
    expect(JSON.stringify(describeError(thrown))).not.toContain('hunter2');
    expect(describeError(thrown).message).toBe('not an Error');
  });
});
