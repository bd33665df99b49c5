/**
 * Whose things a caller may see: everybody's (the MSP itself) or one customer's. Every store method takes one, so that
 * no query can forget to ask. What lies outside the scope does not exist for the caller.
 */
export type Scope = { readonly kind: 'all' } | { readonly kind: 'customer'; readonly customerId: string };

export const EVERYTHING: Scope = { kind: 'all' };
export const onlyCustomer = (customerId: string): Scope => ({ kind: 'customer', customerId });

/** The condition that a scope adds to a query on rows which carry a `customerId`. */
export const ownedBy = (scope: Scope): { customerId?: string } =>
  scope.kind === 'customer' ? { customerId: scope.customerId } : {};

/** True when a thing of this customer (null: the MSP's own) lies inside the scope. */
export const covers = (scope: Scope, customerId: string | null): boolean =>
  scope.kind === 'all' || scope.customerId === customerId;

/**
 * A scope narrowed by a filter on one customer.
 * @returns the narrower scope, or null when nothing lies in both
 */
export const narrowed = (scope: Scope, customerId: string | undefined): Scope | null => {
  if (customerId === undefined) return scope;
  return covers(scope, customerId) ? onlyCustomer(customerId) : null;
};
