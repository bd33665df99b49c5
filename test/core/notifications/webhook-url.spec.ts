import { describe, expect, it } from 'vitest';
import { webhookUrl } from '../../../src/core/notifications/webhook-url.ts';

describe('a webhook’s URL', () => {
  it.each([
    ['https://hooks.msp.example/umpire?key=1', 'hooks.msp.example', 443, true],
    ['https://HOOKS.Msp.example:8443/', 'hooks.msp.example', 8443, true],
    ['http://10.20.0.5:1080/x', '10.20.0.5', 1080, false],
    ['https://[2001:db8::1]/x', '2001:db8::1', 443, true],
    ['https:///hooks.msp.example', 'hooks.msp.example', 443, true],
    ['https://bücher.example/', 'xn--bcher-kva.example', 443, true],
  ])('%s is read', (text, host, port, isTls) => {
    expect(webhookUrl(text)).toMatchObject({ ok: true, value: { host, port, isTls } });
  });

  it.each([
    ['https://2130706433/', '127.0.0.1'],
    ['https://0177.0.0.1/', '127.0.0.1'],
    ['https://0x7f.0.0.1/', '127.0.0.1'],
    ['https://0x7f000001/', '127.0.0.1'],
    ['https://127.1/', '127.0.0.1'],
    ['https://127.0.0.1./', '127.0.0.1'],
    ['https://①②⑦.0.0.1/', '127.0.0.1'],
    ['https://127。0。0。1/', '127.0.0.1'],
    ['https://%31%32%37.0.0.1/', '127.0.0.1'],
    ['https://[::ffff:127.0.0.1]/', '::ffff:7f00:1'],
    ['https://[0:0:0:0:0:0:0:1]/', '::1'],
  ])('%s is read as the address that it would reach: %s', (text, host) => {
    expect(webhookUrl(text)).toMatchObject({ ok: true, value: { host } });
  });

  it.each([
    ...['', 'hooks.msp.example', '//hooks.msp.example/', 'https://', 'https://?x'],
    ...['ftp://x.example/', 'file:///etc/passwd', 'gopher://x.example/', 'javascript:alert(1)', 'data:,x'],
    ...[
      'https://user@x.example/',
      'https://user:pass@x.example/',
      'https://x.example@127.0.0.1/',
      'https://:pw@x.example',
    ],
    ...[
      'https://x.example/#part',
      ' https://x.example/',
      'https://x.example/ ',
      'https://x.ex\nample/',
      'https://x.example\\@y',
    ],
    ...['https://x.example:22/', 'https://x.example:25/', 'https://x.example:0/', 'https://x.example:65536/'],
    ...[
      'https://[fe80::1%25eth0]/',
      'https://[::1/',
      'https://256.0.0.1/',
      'https://x..example%00/',
      `https://x.example/${'a'.repeat(2_000)}`,
    ],
  ])('%j is refused, and not repeated', (text) => {
    const read = webhookUrl(text);
    expect(read).toMatchObject({ ok: false, findings: [{ code: 'invalid_webhook_url', subject: 'url' }] });
    if (text.length > 8) expect(JSON.stringify(read)).not.toContain(text);
  });
});
