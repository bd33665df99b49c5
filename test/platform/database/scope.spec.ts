import { describe, expect, it } from 'vitest';
import { covers, EVERYTHING, narrowed, onlyCustomer, ownedBy } from '../../../src/platform/database/scope.ts';

describe('whose things a caller may see', () => {
  it('everything: each customer’s things and the MSP’s own', () => {
    expect([covers(EVERYTHING, 'a'), covers(EVERYTHING, null)]).toEqual([true, true]);
    expect(ownedBy(EVERYTHING)).toEqual({});
  });

  it('one customer’s: neither another’s nor the MSP’s own', () => {
    const scope = onlyCustomer('a');
    expect([covers(scope, 'a'), covers(scope, 'b'), covers(scope, null)]).toEqual([true, false, false]);
    expect(ownedBy(scope)).toEqual({ customerId: 'a' });
  });

  it('a filter narrows a scope and never widens it', () => {
    expect(narrowed(EVERYTHING, undefined)).toEqual(EVERYTHING);
    expect(narrowed(EVERYTHING, 'a')).toEqual(onlyCustomer('a'));
    expect(narrowed(onlyCustomer('a'), undefined)).toEqual(onlyCustomer('a'));
    expect(narrowed(onlyCustomer('a'), 'a')).toEqual(onlyCustomer('a'));
    expect(narrowed(onlyCustomer('a'), 'b')).toBeNull();
  });
});
