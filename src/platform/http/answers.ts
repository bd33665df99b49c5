import { applyDecorators, HttpCode, SerializeOptions } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { ZodType } from 'zod';

/**
 * Says what a route answers: the status, and a schema that stands in the OpenAPI document AND that the answer is held
 * against before it leaves, so that the document always equals the behaviour.
 */
export const Answers = (status: number, description: string, schema?: ZodType): MethodDecorator & ClassDecorator =>
  applyDecorators(
    HttpCode(status),
    ApiResponse({ status, description, ...(schema ? { standardSchema: schema as never } : {}) }),
    ...(schema ? [SerializeOptions({ schema: schema as never })] : []),
  );
