import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuthenticateAgent } from '../../../src/access/authenticate-agent.ts';
import type { Authenticate } from '../../../src/access/authenticate.ts';
import { cannotGrant, mayDo } from '../../../src/access/permission.ts';
import { TokenGuard } from '../../../src/access/token.guard.ts';
import { TOKEN_SCOPES, type TokenScope } from '../../../src/platform/http/caller.ts';
import { OpenToAll, Requires } from '../../../src/platform/http/requires.ts';
import { startApp, type IssuedToken, type TestApp } from '../app.ts';

/** Which scope opens what, as a person would write it on a wall. */
const WALL: Record<TokenScope, readonly TokenScope[]> = {
  admin: ['read', 'operate', 'admin', 'report'],
  operate: ['read', 'operate'],
  read: ['read'],
  report: ['report'],
};

describe('what a scope opens', () => {
  const pairs = TOKEN_SCOPES.flatMap((has) =>
    TOKEN_SCOPES.map((needed) => ({ has, needed, open: WALL[has].includes(needed) })),
  );

  it.each(pairs)('$has → $needed: $open', ({ has, needed, open }) => {
    expect(mayDo([has], needed)).toBe(open);
  });

  it('several scopes open what any of them opens, and none opens nothing', () => {
    expect(mayDo(['report', 'operate'], 'read')).toBe(true);
    expect(mayDo(['report', 'read'], 'operate')).toBe(false);
    expect(TOKEN_SCOPES.some((needed) => mayDo([], needed))).toBe(false);
  });

  it('nobody hands on what they lack', () => {
    expect(cannotGrant(['admin'], TOKEN_SCOPES)).toEqual([]);
    expect(cannotGrant(['operate'], ['read', 'operate', 'report', 'admin'])).toEqual(['report', 'admin']);
  });
});

class Routes {
  @OpenToAll()
  open() {
    return null;
  }

  @Requires('operate')
  guarded() {
    return null;
  }

  forgotten() {
    return null;
  }
}

describe('the guard before every route', () => {
  const reach = (route: keyof Routes, scopes: readonly TokenScope[]): Promise<boolean> => {
    const request = { header: () => 'Bearer x', socket: {} };
    const context = {
      getHandler: () => Reflect.get(Routes.prototype, route) as object,
      getClass: () => Routes,
      switchToHttp: () => ({ getRequest: () => request }),
    } as unknown as ExecutionContext;
    const authenticate = {
      run: () => Promise.resolve({ id: 't', scopes, customerId: null }),
    } as unknown as Authenticate;
    return new TokenGuard(new Reflector(), authenticate, {} as AuthenticateAgent).canActivate(context);
  };

  it('lets a token with the scope pass, and anybody where that was said', async () => {
    await expect(reach('guarded', ['operate'])).resolves.toBe(true);
    await expect(reach('open', [])).resolves.toBe(true);
  });

  it('refuses a token without the scope', async () => {
    await expect(reach('guarded', ['read'])).rejects.toMatchObject({ status: 403, code: 'missing_scope' });
  });

  it('lets nobody into a route that says for nobody that it is theirs, not even an admin', async () => {
    await expect(reach('forgotten', ['admin'])).rejects.toMatchObject({ status: 403 });
  });
});

describe('over HTTP', () => {
  let app: TestApp;
  let read: IssuedToken;
  let operate: IssuedToken;
  let report: IssuedToken;

  beforeAll(async () => {
    app = await startApp();
    read = await app.tokenFor({ scopes: ['read'] });
    operate = await app.tokenFor({ scopes: ['operate'] });
    report = await app.tokenFor({ scopes: ['report'] });
  });
  afterAll(() => app.close());

  it('reading needs read, which operate brings along and report does not', async () => {
    await read.agent.get('/v1/customers').expect(200);
    await operate.agent.get('/v1/customers').expect(200);
    const refused = await report.agent.get('/v1/customers').expect(403);
    expect(refused.body).toMatchObject({ code: 'missing_scope', detail: 'This needs a token with the scope "read".' });
  });

  it('registering customers and handing out tokens and credentials needs admin', async () => {
    for (const { agent } of [read, operate, report]) {
      await agent.post('/v1/customers').send({ name: 'X' }).expect(403);
      await agent
        .post('/v1/tokens')
        .send({ name: 'X', scopes: ['read'] })
        .expect(403);
      await agent.get('/v1/tokens').expect(403);
      await agent.post('/v1/ssh-credentials').send({ name: 'X', user: 'root', generate: true }).expect(403);
    }
  });

  it('a scope is asked for before the body is looked at', async () => {
    await read.agent.post('/v1/customers').send({ nonsense: true }).expect(403);
  });
});
