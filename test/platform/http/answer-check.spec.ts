import type { CallHandler, ExecutionContext } from '@nestjs/common';
import { StreamableFile } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { lastValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AnswerCheck } from '../../../src/platform/http/answer-check.ts';
import { Answers, MayAlsoAnswer } from '../../../src/platform/http/answers.ts';

const plan = z.object({ allowed: z.boolean() });
const job = z.object({ id: z.string(), startedAt: z.string().nullable() });

class Routes {
  @Answers(200, 'A job.', job)
  one() {
    return null;
  }

  @MayAlsoAnswer(200, 'The plan.', plan)
  @Answers(202, 'The job.', job)
  either() {
    return null;
  }

  @Answers(204, 'It is gone.')
  none() {
    return null;
  }

  undocumented() {
    return null;
  }
}

/** What leaves when a route answers so. */
const leaving = (route: keyof Routes, status: number, answer: unknown): Promise<unknown> => {
  const context = {
    getHandler: () => Reflect.get(Routes.prototype, route) as object,
    getClass: () => Routes,
    switchToHttp: () => ({ getResponse: () => ({ statusCode: status }) }),
  } as unknown as ExecutionContext;
  const handler: CallHandler = { handle: () => of(answer) };
  return lastValueFrom(new AnswerCheck(new Reflector()).intercept(context, handler));
};

const good = { id: 'a', startedAt: null };

describe('each answer is held against what its route documents', () => {
  it('one that fits leaves as it is', async () => {
    await expect(leaving('one', 200, good)).resolves.toEqual(good);
  });

  it('a field that is not documented stays here', async () => {
    await expect(leaving('one', 200, { ...good, sealedPrivateKey: 'v1:…' })).resolves.toEqual(good);
  });

  it.each([
    ['a missing field', { id: 'a' }],
    ['another type', { id: 1, startedAt: null }],
    ['nothing', undefined],
    ['null', null],
    ['a text', 'done'],
    ['a list of them', [good]],
  ])('%s is a fault of ours, not a silent pass', async (_, answer) => {
    await expect(async () => leaving('one', 200, answer)).rejects.toThrow(/Routes\.one answered what its schema/);
  });

  it('the fault names the fields, and none of their values', async () => {
    const answer = { id: { secret: 'hunter2' }, startedAt: 'hunter2' };
    const fault = await Promise.resolve()
      .then(() => leaving('one', 200, answer))
      .catch((thrown: unknown) => String(thrown));
    expect(fault).toContain('id: ');
    expect(fault).not.toContain('hunter2');
  });

  it('the schema is the one of the status that is sent', async () => {
    await expect(leaving('either', 200, { allowed: true })).resolves.toEqual({ allowed: true });
    await expect(leaving('either', 202, good)).resolves.toEqual(good);
    await expect(async () => leaving('either', 200, good)).rejects.toThrow('allowed');
    await expect(async () => leaving('either', 202, { allowed: true })).rejects.toThrow('id');
  });

  it('a status that the route does not document is a fault of ours', async () => {
    await expect(async () => leaving('one', 201, good)).rejects.toThrow('answered 201, which it does not document');
  });

  it('an answer without a schema passes: nothing, and streams', async () => {
    const file = new StreamableFile(Buffer.from('bytes'));
    await expect(leaving('none', 204, undefined)).resolves.toBeUndefined();
    await expect(leaving('one', 200, file)).resolves.toBe(file);
    await expect(leaving('undocumented', 200, 'anything')).resolves.toBe('anything');
  });
});
