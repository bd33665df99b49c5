import { describe, expect, it } from 'vitest';
import { EVERYTHING, onlyCustomer, type Scope } from '../../../src/platform/database/scope.ts';
import { ownerFor, type Caller } from '../../../src/platform/http/caller.ts';
import { Problem } from '../../../src/platform/http/problem.ts';

const caller = (scope: Scope): Caller => ({
  tokenId: 't',
  scopes: ['admin'],
  scope,
  actor: { kind: 'token', tokenId: 't', requestId: 'r', remoteAddress: '127.0.0.1' },
  madeId: null,
});

describe('whose a new thing is', () => {
  it('the MSP makes things for a customer, or its own', () => {
    expect(ownerFor(caller(EVERYTHING), 'a')).toBe('a');
    expect(ownerFor(caller(EVERYTHING), undefined)).toBeNull();
  });

  it('a customer makes its own things, whether it says so or not', () => {
    expect(ownerFor(caller(onlyCustomer('a')), 'a')).toBe('a');
    expect(ownerFor(caller(onlyCustomer('a')), undefined)).toBe('a');
  });

  it('another customer does not exist for it', () => {
    expect(() => ownerFor(caller(onlyCustomer('a')), 'b')).toThrow(Problem);
    expect(() => ownerFor(caller(onlyCustomer('a')), 'b')).toThrow('no such customer');
  });
});
