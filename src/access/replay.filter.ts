import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import type { GivenAnswer } from './idempotent-answers.ts';

/** Thrown in place of running a request whose answer is known. */
export class ReplayedAnswer extends Error {
  readonly answer: GivenAnswer;

  constructor(answer: GivenAnswer) {
    super('this request was answered before');
    this.answer = answer;
  }
}

/** Sends an answer again, byte for byte. */
@Catch(ReplayedAnswer)
export class ReplayFilter implements ExceptionFilter {
  catch({ answer }: ReplayedAnswer, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    response.status(answer.status).set(answer.headers).set('Idempotent-Replayed', 'true').end(answer.body);
  }
}
