import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mailAddress, subjectLine } from '../../../src/core/notifications/mail-text.ts';

describe('an e-mail address', () => {
  it.each(['noc@msp.example', 'a.b+umpire@sub.msp.example', "o'neil@x-y.example", 'x@xn--bcher-kva.example'])(
    '%s is taken as it is',
    (text) => {
      expect(mailAddress(text)).toMatchObject({ ok: true, value: text });
    },
  );

  it.each([
    ...['', 'noc', 'noc@', '@msp.example', 'noc@msp', 'noc@msp..example', '.noc@msp.example', 'noc.@msp.example'],
    ...[
      'a..b@msp.example',
      'noc@-msp.example',
      'noc@msp-.example',
      'noc@[127.0.0.1]',
      'noc@127.0.0.1 ',
      'a b@msp.example',
    ],
    ...['"a b"@msp.example', 'Noc <noc@msp.example>', 'noc@msp.example,other@msp.example', 'noc@msp.example;'],
    ...['noc@msp.example\r\nBcc: all@msp.example', 'noc@msp.example\n', 'no\0c@msp.example', 'nöc@msp.example'],
    ...['a@b@msp.example', 'noc(comment)@msp.example', `${'a'.repeat(65)}@msp.example`, `a@${'b.'.repeat(130)}example`],
  ])('%j is refused', (text) => {
    expect(mailAddress(text)).toMatchObject({ ok: false, findings: [{ code: 'invalid_mail_address' }] });
  });

  it('holds nothing that could end a line or a command, whatever is tried', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.string({ unit: 'binary', maxLength: 20 }),
        (a, b) => {
          const made = mailAddress(`${a}@${b}.example`);
          expect(!made.ok || !/[\s<>,;:"()[\]\\]/.test(made.value)).toBe(true);
        },
      ),
      { numRuns: 5_000 },
    );
  });
});

describe('a subject', () => {
  it('is one line, whatever stands in it', () => {
    expect(subjectLine('Lost\r\nBcc: all@msp.example')).toBe('Lost Bcc: all@msp.example');
    expect(subjectLine('a\u2028b\u0085c\0d\u202ee')).toBe('a b c d e');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(subjectLine(text)).not.toMatch(/[\r\n\v\f\u0085\u2028\u2029]/);
        expect(subjectLine(text).length).toBeLessThanOrEqual(200);
      }),
      { numRuns: 5_000 },
    );
  });

  it('that is long is cut', () => {
    expect(subjectLine('x'.repeat(300))).toBe(`${'x'.repeat(199)}…`);
  });
});
