import { applyDecorators, HttpCode, SetMetadata } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { ZodType } from 'zod';

export const ANSWER_SCHEMAS = 'umpire:answer-schemas';

/** The schema of each status that a route answers with; null where the answer is not JSON, or is empty. */
export type AnswerSchemas = Readonly<Record<number, ZodType | null>>;

const documented = (status: number, description: string, schema: ZodType | undefined) =>
  ApiResponse({ status, description, ...(schema ? { standardSchema: schema } : {}) });

/** Adds to what `Answers` or `MayAlsoAnswer` said further down on the same route. */
const heldAgainst =
  (status: number, schema: ZodType | undefined): MethodDecorator =>
  (target, name, descriptor) => {
    const known = Reflect.getMetadata(ANSWER_SCHEMAS, descriptor.value as object) as AnswerSchemas | undefined;
    SetMetadata(ANSWER_SCHEMAS, { ...known, [status]: schema ?? null })(target, name, descriptor);
  };

/**
 * Says what a route answers: the status, and a schema that stands in the OpenAPI document AND that the answer is held
 * against before it leaves, so that the document always equals the behaviour.
 */
export const Answers = (status: number, description: string, schema?: ZodType): MethodDecorator =>
  applyDecorators(HttpCode(status), documented(status, description, schema), heldAgainst(status, schema));

/** Another status that the route may set by `response.status(…)`, with what it then answers. */
export const MayAlsoAnswer = (status: number, description: string, schema?: ZodType): MethodDecorator =>
  applyDecorators(documented(status, description, schema), heldAgainst(status, schema));
