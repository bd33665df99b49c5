import { BadRequestException, InternalServerErrorException, NotFoundException } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { error, info } from '../../../src/core/finding.ts';
import { documentOf, Problem, refused, titleOf } from '../../../src/platform/http/problem.ts';
import { problemOf } from '../../../src/platform/http/problem-of.ts';
import { problemSchema } from '../../../src/platform/http/schemas.ts';

describe('problems', () => {
  it('are documents of RFC 9457 with a stable code and the request’s id', () => {
    const document = documentOf(new Problem(409, 'external_ref_taken', 'Taken.'), 'r-1');
    expect(document).toEqual({
      type: 'urn:umpire:problem:external_ref_taken',
      title: 'External ref taken',
      status: 409,
      detail: 'Taken.',
      code: 'external_ref_taken',
      requestId: 'r-1',
    });
    expect(problemSchema.parse(document)).toEqual(document);
  });

  it('carry every finding, and none where there is none', () => {
    const findings = [info('note', 'a', 'By the way.'), error('too_few', 'b', 'Too few.', { have: 1 })];
    const document = documentOf(refused(findings), 'r-1');
    expect(document.findings).toEqual(findings);
    expect(document.detail).toBe('Too few.');
    expect(problemSchema.safeParse(document).success).toBe(true);
    expect('findings' in documentOf(new Problem(404, 'not_found', '-'), 'r-1')).toBe(false);
  });

  it('have a title that reads', () => {
    expect(titleOf('idempotency_key_reused')).toBe('Idempotency key reused');
  });

  it('stand for what Nest throws, with a code of ours', () => {
    expect(problemOf(new NotFoundException('Cannot GET /secret-path'))).toMatchObject({
      status: 404,
      code: 'not_found',
    });
    expect(problemOf(new NotFoundException('Cannot GET /secret-path'))?.detail).not.toContain('secret-path');
    expect(problemOf(new BadRequestException('no'))).toMatchObject({ status: 400, code: 'bad_request' });
  });

  it('do not stand for what nobody foresaw', () => {
    for (const thrown of [
      new Error('x'),
      new InternalServerErrorException('x'),
      'x',
      null,
      undefined,
      { status: 404 },
    ]) {
      expect(problemOf(thrown)).toBeNull();
    }
  });
});
