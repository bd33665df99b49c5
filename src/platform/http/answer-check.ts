import {
  Injectable,
  StreamableFile,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Response } from 'express';
import { map, type Observable } from 'rxjs';
import { ANSWER_SCHEMAS, type AnswerSchemas } from './answers.ts';

/**
 * Holds each answer against the schema of its status before it leaves. What the schema does not name is left out; an
 * answer that does not fit is a fault of ours: logged, and answered with 500.
 *
 * Nest's `StandardSchemaSerializerInterceptor` lets an answer that is no object pass, and knows one schema a route
 * however many statuses it has, hence our own.
 */
@Injectable()
export class AnswerCheck implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const schemas = this.reflector.get<AnswerSchemas | undefined>(ANSWER_SCHEMAS, context.getHandler());
    if (!schemas) return next.handle();
    const response = context.switchToHttp().getResponse<Response>();
    const route = `${context.getClass().name}.${context.getHandler().name}`;
    return next.handle().pipe(map((answer: unknown) => checked(answer, response.statusCode, schemas, route)));
  }
}

const checked = (answer: unknown, status: number, schemas: AnswerSchemas, route: string): unknown => {
  const schema = schemas[status];
  if (schema === undefined) throw new Error(`${route} answered ${status}, which it does not document`);
  if (schema === null || answer instanceof StreamableFile) return answer;
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  // Paths and reasons only: the values may be secret.
  const reasons = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the answer'}: ${issue.message}`);
  throw new Error(`${route} answered what its schema does not allow: ${reasons.join('; ')}`);
};
