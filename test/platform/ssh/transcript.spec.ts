import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/platform/crypto/secret.ts';
import { CapturedOutput } from '../../../src/platform/ssh/captured-output.ts';
import { masked } from '../../../src/platform/ssh/transcript.ts';

describe('a masked text', () => {
  it('holds no secret, wherever and however often it stood (invariant 16)', () => {
    const secret = fc.string({ minLength: 1, maxLength: 30 }).filter((text) => !'[secret]'.includes(text));
    fc.assert(
      fc.property(secret, fc.array(fc.string({ maxLength: 10 }), { maxLength: 6 }), (text, between) => {
        const hidden = masked(between.join(text) + text, [new Secret(text)]);
        expect(hidden.replaceAll('[secret]', '\0')).not.toContain(text);
      }),
    );
  });

  it('holds no longer line of a secret either, since a key is often echoed line by line', () => {
    const key = '-----BEGIN KEY-----\nfirst-line-of-it\nsecond-line-of-it\nshort\n-----END KEY-----\n';
    expect(masked('read first-line-of-it\n and short\n', [new Secret(key)])).toBe('read [secret]\n and short\n');
    expect(masked(key, [new Secret(key)])).toBe('[secret]');
    expect(masked(key.replaceAll('\n', '\r\n'), [new Secret(key)])).not.toContain('line-of-it');
  });

  it('hides a secret that contains another as a whole', () => {
    expect(masked('x abcdefgh-12345678 y', [new Secret('abcdefgh'), new Secret('abcdefgh-12345678')])).toBe(
      'x [secret] y',
    );
  });

  it('takes no secret for a pattern or a replacement', () => {
    expect(masked('a.c abc $& $$', [new Secret('a.c'), new Secret('$&')])).toBe('[secret] abc [secret] $$');
  });

  it('is the text itself when there is nothing to hide', () => {
    expect(masked('Quorate: Yes\n', [])).toBe('Quorate: Yes\n');
    expect(masked('Quorate: Yes\n', [new Secret('')])).toBe('Quorate: Yes\n');
  });
});

describe('captured output', () => {
  it('keeps every byte of both streams up to the bound, and never one more', () => {
    const chunk = fc.record({ err: fc.boolean(), bytes: fc.uint8Array({ maxLength: 20 }) });
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 20 }), fc.nat(100), (chunks, bound) => {
        const output = new CapturedOutput(bound);
        let total = 0;
        for (const { err, bytes } of chunks) {
          total += bytes.length;
          const text = Buffer.alloc(bytes.length, 'x');
          expect(err ? output.keepStderr(text) : output.keepStdout(text)).toBe(total <= bound);
          if (total > bound) break;
        }
        expect(output.stdout.length + output.stderr.length).toBe(Math.min(total, bound));
      }),
    );
  });

  it('joins a character that came in two pieces', () => {
    const output = new CapturedOutput(100);
    const vote = Buffer.from('🗳');
    output.keepStdout(vote.subarray(0, 2));
    output.keepStdout(vote.subarray(2));
    expect(output.stdout).toBe('🗳');
  });
});
