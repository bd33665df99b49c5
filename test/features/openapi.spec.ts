import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { ModulesContainer } from '@nestjs/core';
import type { OpenAPIObject } from '@nestjs/swagger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FOR_AGENTS, OPEN_TO_ALL, REQUIRED_SCOPE } from '../../src/platform/http/requires.ts';
import { startApp, type TestApp } from './app.ts';

interface Operation {
  readonly route: string;
  readonly method: string;
  readonly responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
  readonly parameters: { name: string; in: string; required?: boolean; schema?: object }[];
  readonly security: object[] | undefined;
  readonly requestBody: { content: Record<string, { schema: object }> } | undefined;
}

/** What these answer is no JSON: figures in Prometheus’ format, and a stream of events. */
const NOT_JSON = ['get /metrics', 'get /v1/jobs/{id}/events'];

const METHODS = ['get', 'post', 'patch', 'put', 'delete'];

const operationsOf = (document: OpenAPIObject): Operation[] =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => METHODS.includes(method))
      .map(([method, operation]) => {
        const { parameters, ...described } = operation as Omit<Operation, 'parameters'> & Partial<Operation>;
        return { ...described, parameters: parameters ?? [], route: `${method} ${path}`, method };
      }),
  );

interface Route {
  readonly route: string;
  readonly scope: unknown;
  readonly open: unknown;
  readonly agents: unknown;
}

const textOf = (path: unknown): string =>
  (typeof path === 'string' && path !== '/' ? `/${path}` : '').replace(/\/+/g, '/');

/** Every route of every controller, as Nest serves it. */
/** Of a prototype's own methods and of those that it inherits, as Nest serves both. */
const namesOf = (prototype: object | null): string[] =>
  prototype === null || prototype === Object.prototype
    ? []
    : [...new Set([...Object.getOwnPropertyNames(prototype), ...namesOf(Object.getPrototypeOf(prototype) as object)])];

const routesOf = (app: TestApp): Route[] =>
  [...app.umpire.app.get(ModulesContainer).values()]
    .flatMap((module) => [...module.controllers.values()])
    .flatMap(({ metatype }) => {
      if (!metatype) return [];
      const prototype = metatype.prototype as Record<string, object>;
      const metadata = (key: string, handler: object): unknown =>
        Reflect.getMetadata(key, handler) ?? Reflect.getMetadata(key, metatype);
      return namesOf(prototype)
        .map((name) => prototype[name] as object)
        .filter(
          (handler) =>
            typeof handler === 'function' && Reflect.hasMetadata(PATH_METADATA, handler) && handler !== metatype,
        )
        .map((handler) => {
          const path =
            textOf(Reflect.getMetadata(PATH_METADATA, metatype)) + textOf(Reflect.getMetadata(PATH_METADATA, handler));
          const method = RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as number]?.toLowerCase();
          return {
            route: `${method} ${path.replace(/:(\w+)/g, '{$1}')}`,
            scope: metadata(REQUIRED_SCOPE, handler),
            open: metadata(OPEN_TO_ALL, handler),
            agents: metadata(FOR_AGENTS, handler),
          };
        });
    });

describe('the OpenAPI document', () => {
  let app: TestApp;
  let document: OpenAPIObject;
  let operations: Operation[];
  let routes: Route[];

  beforeAll(async () => {
    app = await startApp();
    document = (await app.nobody.get('/openapi.json').expect(200)).body as OpenAPIObject;
    operations = operationsOf(document);
    routes = routesOf(app);
  });
  afterAll(() => app.close());

  const idsOf = (all: { route: string }[]) => all.map(({ route }) => route).sort();

  it('has each route that is served, and no other', () => {
    expect(idsOf(operations)).toEqual(idsOf(routes));
    expect(operations.length).toBeGreaterThan(15);
  });

  it('each route says whom it is for: a scope, the agents on nodes, or everybody', () => {
    const undecided = routes.filter(
      ({ scope, open, agents }) => [scope, open, agents].filter((said) => said !== undefined).length !== 1,
    );
    expect(idsOf(undecided)).toEqual([]);
  });

  it('a route is open to all only where that was meant: health', () => {
    const open = routes.filter((route) => route.open !== undefined);
    expect(idsOf(open)).toEqual(['get /healthz', 'get /metrics', 'get /readyz']);
    for (const { route } of open)
      expect(operations.find((operation) => operation.route === route)?.security).toBeUndefined();
  });

  it('a route is for agents only where that was meant: their reports', () => {
    const forAgents = routes.filter(({ agents }) => agents !== undefined);
    expect(idsOf(forAgents)).toEqual(['post /v1/clusters/{id}/readings']);
    for (const { route } of forAgents)
      expect(operations.find((operation) => operation.route === route)?.security).toEqual([{ bearer: [] }]);
  });

  it('each route that needs a token says so, with its scope', () => {
    for (const { route, scope } of routes.filter((known) => known.scope !== undefined)) {
      const operation = operations.find((known) => known.route === route);
      expect(operation?.security, route).toEqual([{ bearer: [] }]);
      expect(operation?.responses['401'], route).toBeDefined();
      expect(operation?.responses['403']?.description, route).toContain(`"${String(scope)}"`);
    }
    expect(document.components?.securitySchemes).toMatchObject({ bearer: { type: 'http', scheme: 'bearer' } });
  });

  it('each route tells what it answers when all is well, with its schema', () => {
    for (const { route, responses } of operations) {
      const good = Object.entries(responses).filter(([status]) => status.startsWith('2'));
      expect(good.length, route).toBeGreaterThan(0);
      for (const [status, { description, content }] of good) {
        expect(description.length, `${route} ${status}`).toBeGreaterThan(5);
        const isBare = status === '204' || NOT_JSON.includes(route);
        if (!isBare) expect(Object.values(content ?? {})[0]?.schema, `${route} ${status}`).toBeDefined();
      }
    }
  });

  it('each fault is a problem of RFC 9457', () => {
    for (const { route, responses } of operations) {
      expect(Object.keys(responses), route).toContain('default');
      const faults = Object.entries(responses).filter(([status]) => !status.startsWith('2'));
      for (const [status, { content }] of faults) {
        expect(content, `${route} ${status}`).toEqual({
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        });
      }
    }
    expect(document.components?.schemas?.['Problem']).toMatchObject({
      type: 'object',
      required: expect.arrayContaining(['type', 'title', 'status', 'detail', 'code', 'requestId']) as string[],
    });
  });

  it('each POST takes an Idempotency-Key, each PATCH and DELETE demands If-Match, and says what becomes without', () => {
    for (const { route, method, parameters, responses } of operations) {
      const header = (name: string) =>
        parameters.filter((parameter) => parameter.in === 'header' && parameter.name.toLowerCase() === name);
      if (method === 'post') {
        expect(header('idempotency-key'), route).toEqual([expect.objectContaining({ required: false })]);
        expect(Object.keys(responses), route).toEqual(expect.arrayContaining(['409', '422']));
      }
      if (method === 'patch' || method === 'delete') {
        expect(header('if-match'), route).toEqual([expect.objectContaining({ required: true })]);
        expect(Object.keys(responses), route).toEqual(expect.arrayContaining(['412', '428']));
      }
    }
  });

  it('each body is closed: it names its fields, and takes no other', () => {
    for (const { route, requestBody } of operations) {
      const schema = requestBody?.content['application/json']?.schema;
      if (schema) expect(schema, route).toMatchObject({ type: 'object', additionalProperties: false });
    }
  });

  it('each list takes limit and cursor, and answers items and nextCursor', () => {
    const lists = operations.filter(({ method, responses }) => {
      const schema = Object.values(responses['200']?.content ?? {})[0]?.schema as { properties?: object } | undefined;
      return method === 'get' && schema?.properties !== undefined && 'nextCursor' in schema.properties;
    });
    expect(lists.length).toBeGreaterThanOrEqual(5);
    for (const { route, parameters } of lists) {
      const names = parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
      expect(names, route).toEqual(expect.arrayContaining(['limit', 'cursor']));
    }
  });

  it('every parameter of a path is described', () => {
    for (const { route, parameters } of operations) {
      const inPath = [...route.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
      const described = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
      expect(described.sort(), route).toEqual(inPath);
    }
  });

  it('refers to nothing that it does not hold', () => {
    const refs = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
      ([, name]) => name ?? '',
    );
    expect(refs.length).toBeGreaterThan(0);
    for (const name of new Set(refs)) expect(document.components?.schemas, name).toHaveProperty(name);
  });

  it('is there to browse, under a policy that lets its scripts run', async () => {
    const page = await app.nobody.get('/docs').expect(200);
    expect(page.headers['content-type']).toMatch(/^text\/html/);
    expect(page.text).not.toMatch(/<script>[^<]/);
    await app.nobody.get('/docs/swagger-ui-init.js').expect(200);
  });
});
