import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readingsUrl, reportTarget } from '../../../src/core/agents/report-target.ts';

const urlOf = (text: string): string | null => {
  const target = reportTarget(text);
  return target.ok ? target.value.url : null;
};
const codesOf = (text: string): string[] => reportTarget(text).findings.map(({ code }) => code);

describe('where agents report to', () => {
  it.each([
    ['https://umpire.example.net', 'https://umpire.example.net'],
    ['https://Umpire.Example.NET/', 'https://umpire.example.net'],
    ['https://umpire.example.net:8443/msp/umpire/', 'https://umpire.example.net:8443/msp/umpire'],
    ['https://203.0.113.7', 'https://203.0.113.7'],
    ['https://[2001:db8::7]:8443', 'https://[2001:db8::7]:8443'],
  ])('%s is %s, encrypted, and nothing to say of it', (text, url) => {
    expect(reportTarget(text)).toEqual({ ok: true, value: { url, isEncrypted: true }, findings: [] });
  });

  it.each([
    'http://10.77.0.1:8750',
    'http://127.0.0.1',
    'http://172.16.0.1',
    'http://192.168.1.1/umpire',
    'http://[fd00::1]',
    'http://[::1]:8750',
  ])('%s is allowed, and warned of', (text) => {
    expect(urlOf(text)).toBe(text);
    expect(codesOf(text)).toEqual(['report_target_in_clear']);
  });

  it.each([
    'http://umpire.example.net',
    'http://203.0.113.7',
    'http://172.32.0.1',
    'http://[2001:db8::7]',
    'http://10.example.net',
    'http://127.0.0.1.example.net',
  ])('%s would show the token to strangers', (text) => {
    expect(codesOf(text)).toEqual(['report_target_in_the_open']);
  });

  it.each([
    '',
    'umpire.example.net',
    'ftp://umpire.example.net',
    'https://',
    'https://user:password@umpire.example.net',
    'https://umpire.example.net?x=1',
    'https://umpire.example.net#x',
    'https://umpire.example.net:99999',
    'https://umpire.example.net/a b',
    'https://umpire.example.net/"\nheader = "x',
    'https://umpire.example.net\n',
    'https://umpire.example.net//x',
    'https://0x7f.1',
    'https://[::1',
    'HTTPS://umpire.example.net',
  ])('%j is no such URL', (text) => {
    expect(codesOf(text)).toEqual(['invalid_report_target']);
  });

  it('lets nothing pass that a configuration file of curl would read otherwise', () => {
    const pieces = fc.constantFrom(
      ...['https://', 'http://', 'a.b', '/', '"', '\\', '\n', ' ', '@', ':', '%22', '[', ']', '10.0.0.1'],
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
        const url = urlOf(parts.join(''));
        if (url !== null) expect(readingsUrl({ url }, 'x')).toMatch(/^https?:\/\/[A-Za-z0-9._~:/[\]-]+$/);
      }),
      { numRuns: 5_000 },
    );
  });
});
