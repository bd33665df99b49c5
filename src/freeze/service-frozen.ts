import { error, type Finding } from '../core/finding.ts';
import { conflict, type Problem } from '../platform/http/problem.ts';
import type { Freeze } from './freeze.entity.ts';

/** The service is frozen: nothing is done on any host until a person releases it. */
export class ServiceFrozen extends Error {
  readonly reason: string;

  constructor({ reason }: Pick<Freeze, 'reason'>) {
    super('the service is frozen');
    this.reason = reason ?? '';
  }
}

/** What asks for work on hosts is told meanwhile: 409. */
export const refusedByFreeze = ({ reason }: Pick<Freeze, 'reason'>): Problem => {
  const finding: Finding = error(
    'service_frozen',
    'service',
    `All work on hosts is frozen: ${reason ?? ''} Ask again once it is released (DELETE /v1/freeze); dry runs and votes go on.`,
  );
  return conflict(finding.code, finding.message, [finding]);
};
