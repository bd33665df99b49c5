import type { TokenScope } from '../platform/http/caller.ts';

/** What each scope lets a token do. Reports are for people outside: their scope opens nothing else. */
const COVERS: Readonly<Record<TokenScope, readonly TokenScope[]>> = {
  admin: ['admin', 'operate', 'read', 'report'],
  operate: ['operate', 'read'],
  read: ['read'],
  report: ['report'],
};

/** True when one of the scopes that a token has covers the one that is needed. */
export const mayDo = (has: readonly TokenScope[], needed: TokenScope): boolean =>
  has.some((scope) => COVERS[scope].includes(needed));

/** The scopes among these that a token cannot hand on, for nobody grants what they lack. */
export const cannotGrant = (has: readonly TokenScope[], asked: readonly TokenScope[]): readonly TokenScope[] =>
  asked.filter((scope) => !mayDo(has, scope));
