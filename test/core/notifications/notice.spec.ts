import { describe, expect, it } from 'vitest';
import { isFor } from '../../../src/core/notifications/notice.ts';
import { payloadOf } from '../../../src/core/notifications/payload.ts';
import { instant } from '../../../src/core/time.ts';

const opened = (customerId: string | null) => ({ event: 'alert.opened', customerId }) as const;

describe('who gets a notice', () => {
  it('who listens to all gets all: each customer’s, and the MSP’s own', () => {
    const all = { customerId: null, events: null };
    expect(isFor(opened('a'), all)).toBe(true);
    expect(isFor(opened(null), all)).toBe(true);
  });

  it('who listens to one customer gets that one’s, and neither another’s nor the MSP’s own', () => {
    const ofA = { customerId: 'a', events: null };
    expect(isFor(opened('a'), ofA)).toBe(true);
    expect(isFor(opened('b'), ofA)).toBe(false);
    expect(isFor(opened(null), ofA)).toBe(false);
  });

  it('who has chosen events gets these', () => {
    const chosen = { customerId: null, events: ['alert.resolved'] } as const;
    expect(isFor(opened('a'), chosen)).toBe(false);
    expect(isFor({ event: 'alert.resolved', customerId: 'a' }, chosen)).toBe(true);
    expect(isFor({ event: 'test', customerId: 'a' }, chosen)).toBe(false);
  });
});

describe('the payload', () => {
  const notice = { event: 'alert.opened', occurredAt: instant(0), data: { state: 'lost', name: 'Ü' } } as const;

  it('has type, timestamp and data as Standard Webhooks says, and a sequence', () => {
    expect(payloadOf(notice, 7)).toBe(
      '{"type":"alert.opened","timestamp":"1970-01-01T00:00:00.000Z","sequence":7,"data":{"state":"lost","name":"Ü"}}',
    );
  });
});
