import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { certificateProfile, usualProfile, type Profile } from '../../../src/core/certificates/profile.ts';
import { lifeStage, renewalTime, validityAt, type Validity } from '../../../src/core/certificates/validity.ts';
import { DAY_MS, HOUR_MS, instant, plus, SECOND_MS, type Instant } from '../../../src/core/time.ts';

const NOW = instant(Date.UTC(2026, 10, 22, 10, 0, 0, 123));
const moments = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2090, 0) }).map(instant);

const days = (kind: 'client' | 'ca', validityDays: number): Profile => {
  const made = certificateProfile({ kind, validityDays });
  if (!made.ok) throw new Error('the test asks for an impossible profile');
  return made.value;
};

const valid = (profile: Profile, now: Instant, issuer: Validity | null): Validity => {
  const made = validityAt(profile, now, issuer);
  if (!made.ok) throw new Error(made.findings[0]?.code);
  return made.value;
};

describe('validityAt', () => {
  it('is a pure function of now', () => {
    fc.assert(
      fc.property(moments, (now) => {
        expect(validityAt(usualProfile('client'), now, null)).toEqual(validityAt(usualProfile('client'), now, null));
      }),
    );
  });

  it('begins an hour ago and never in the future, in whole seconds', () => {
    fc.assert(
      fc.property(moments, (now) => {
        const { notBefore, notAfter } = valid(usualProfile('client'), now, null);
        expect(now - notBefore).toBeGreaterThanOrEqual(HOUR_MS);
        expect(now - notBefore).toBeLessThan(HOUR_MS + SECOND_MS);
        expect([notBefore % SECOND_MS, notAfter % SECOND_MS]).toEqual([0, 0]);
      }),
    );
  });

  it('lasts the days of its profile, the last second included (RFC 5280, 4.1.2.5)', () => {
    const { notBefore, notAfter } = valid(days('client', 30), NOW, null);
    expect(notAfter + SECOND_MS - notBefore).toBe(30 * DAY_MS);
  });

  it('never ends after its issuer nor begins before it (invariant 18)', () => {
    const issuer = valid(days('ca', 365), NOW, null);
    const within = fc.integer({ min: issuer.notBefore, max: issuer.notAfter - 1 }).map(instant);
    fc.assert(
      fc.property(within, (now) => {
        const { notBefore, notAfter } = valid(days('client', 200), now, issuer);
        expect(notBefore).toBeGreaterThanOrEqual(issuer.notBefore);
        expect(notAfter).toBeLessThanOrEqual(issuer.notAfter);
        expect(notAfter).toBeGreaterThan(notBefore);
      }),
    );
  });

  it('warns when the issuer cuts the life short (invariant 17)', () => {
    const issuer = valid(days('ca', 365), NOW, null);
    const late = validityAt(days('client', 200), plus(NOW, 300 * DAY_MS), issuer);
    expect(late).toMatchObject({ ok: true, findings: [{ code: 'shortened_to_issuer', severity: 'warning' }] });
  });

  it('says nothing while the issuer outlives the certificate', () => {
    const issuer = valid(days('ca', 365), NOW, null);
    expect(validityAt(days('client', 200), NOW, issuer)).toMatchObject({ ok: true, findings: [] });
  });

  it.each([
    ['has ended', 400 * DAY_MS],
    ['has not begun', -2 * HOUR_MS],
  ])('refuses when the issuer %s', (_, away) => {
    const issuer = valid(days('ca', 365), NOW, null);
    const refused = validityAt(days('client', 30), plus(NOW, away), issuer);
    expect(refused).toMatchObject({ ok: false, findings: [{ code: 'issuer_not_valid' }] });
  });
});

describe('renewal', () => {
  it('is due at two thirds of the life (invariant 17)', () => {
    const notBefore = instant(Date.UTC(2026, 0, 1));
    expect(renewalTime({ notBefore, notAfter: plus(notBefore, 90 * DAY_MS) })).toBe(plus(notBefore, 60 * DAY_MS));
  });

  it('is due at two thirds of the real life when the issuer has cut it short', () => {
    const issuer = valid(days('ca', 365), NOW, null);
    const cut = valid(days('client', 200), plus(NOW, 300 * DAY_MS), issuer);
    expect(renewalTime(cut)).toBeLessThan(issuer.notAfter);
    expect(renewalTime(cut)).toBeGreaterThan(cut.notBefore);
  });

  it('goes through its stages in order and misses none', () => {
    const life = valid(days('client', 30), NOW, null);
    const at = (moment: Instant) => lifeStage(life, moment);
    expect(at(plus(life.notBefore, -1))).toBe('not-yet-valid');
    expect(at(life.notBefore)).toBe('valid');
    expect(at(plus(renewalTime(life), -1))).toBe('valid');
    expect(at(renewalTime(life))).toBe('renewal-due');
    expect(at(plus(life.notAfter, SECOND_MS - 1))).toBe('renewal-due');
    expect(at(plus(life.notAfter, SECOND_MS))).toBe('expired');
  });
});
