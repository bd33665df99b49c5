import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { problemSchema } from './schemas.ts';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

const METHODS = ['get', 'post', 'patch', 'put', 'delete'] as const;

/** Serves the document at `/openapi.json`, and a page to browse it at `/docs`. */
export const serveOpenApi = (app: INestApplication): OpenAPIObject => {
  const document = describe(app);
  SwaggerModule.setup('docs', app, document, { jsonDocumentUrl: 'openapi.json', raw: ['json'] });
  return document;
};

const describe = (app: INestApplication): OpenAPIObject => {
  const head = new DocumentBuilder()
    .setTitle('Umpire')
    .setDescription('The external votes (QDevice) of many Corosync clusters: certificates, onboarding, vote state.')
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'A token: `ump_<id>_<secret>`.' })
    .build();
  const document = SwaggerModule.createDocument(app, head);
  document.components ??= {};
  document.components.schemas = { ...document.components.schemas, Problem: schemaOf(problemSchema) };
  for (const [method, operation] of operationsOf(document)) addWhatAllShare(method, operation);
  return document;
};

type Schema = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string];

const schemaOf = (schema: z.ZodType): Schema => {
  const converted = z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'output' });
  delete converted.$schema;
  return converted as Schema;
};

const operationsOf = (document: OpenAPIObject): [string, Operation][] =>
  Object.values(document.paths).flatMap((path) =>
    METHODS.flatMap((method): [string, Operation][] => {
      const operation = path[method];
      return operation ? [[method, operation]] : [];
    }),
  );

/** What guards, pipes and interceptors answer on every route of a kind, so that no controller need repeat it. */
const addWhatAllShare = (method: string, operation: Operation): void => {
  const takesInput = operation.requestBody !== undefined || (operation.parameters ?? []).length > 0;
  if (takesInput) addProblem(operation, 400, 'The request does not fit its schema: the findings say where.');
  if (operation.requestBody !== undefined) {
    addProblem(operation, 413, 'The body is larger than 256 KiB.');
    addProblem(operation, 415, 'The body is not JSON.');
  }
  if (method === 'post') addIdempotency(operation);
  if (method === 'patch' || method === 'delete') addPrecondition(operation);
  addProblem(operation, 'default', 'Any other fault.');
};

const addIdempotency = (operation: Operation): void => {
  const description = 'The same key with the same request gives the same answer for 24 hours, and does nothing again.';
  const schema = { type: 'string', minLength: 1, maxLength: 255 };
  (operation.parameters ??= []).push({ name: 'Idempotency-Key', in: 'header', required: false, description, schema });
  addProblem(operation, 409, 'It clashes with what stands, or the first request with this Idempotency-Key still runs.');
  addProblem(operation, 422, 'The Idempotency-Key was used for another request.');
};

const addPrecondition = (operation: Operation): void => {
  const others = (operation.parameters ?? []).filter((known) => !('name' in known) || known.name !== 'if-match');
  const description = 'The ETag that you read.';
  operation.parameters = [
    ...others,
    { name: 'If-Match', in: 'header', required: true, description, schema: { type: 'string' } },
  ];
  addProblem(operation, 409, 'It clashes with what stands.');
  addProblem(operation, 412, 'It has changed since you read it.');
  addProblem(operation, 428, 'If-Match is missing.');
};

/** Says so unless the route itself said something more exact. */
const addProblem = ({ responses }: Operation, status: number | 'default', description: string): void => {
  responses[String(status)] ??= {
    description,
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
};
