import { describe, expect, it } from 'vitest';
import { webhookUrl } from '../../../src/core/notifications/webhook-url.ts';
import { WebhookTargets, type Resolve } from '../../../src/platform/webhook/webhook-target.ts';

const PUBLIC = { address: '93.184.216.34', family: 4 };
const PUBLIC_6 = { address: '2606:4700::1', family: 6 };
const INSIDE = { address: '10.20.0.5', family: 4 };

const names: Resolve = (host) => {
  const known: Readonly<Record<string, Awaited<ReturnType<Resolve>>>> = {
    'public.example': [PUBLIC, PUBLIC_6],
    'inside.example': [INSIDE],
    'both.example': [PUBLIC, INSIDE],
    'loop.example': [{ address: '::1', family: 6 }],
    'mapped.example': [{ address: '::ffff:10.20.0.5', family: 6 }],
    'none.example': [],
  };
  const found = known[host];
  return found ? Promise.resolve(found) : Promise.reject(new Error('ENOTFOUND'));
};

const find = (text: string, { allowed = [] as string[], mayBeInside = true, resolve = names } = {}) => {
  const url = webhookUrl(text);
  if (!url.ok) throw new Error(`${text} is no URL`);
  return new WebhookTargets(allowed, resolve).find(url.value, mayBeInside);
};
const codeOf = async (...of: Parameters<typeof find>) => {
  const found = await find(...of);
  return found.ok ? null : found.findings[0]?.code;
};

describe('where a webhook may go', () => {
  it('to a name whose every address is public: to these, and no others', async () => {
    expect(await find('https://public.example/')).toMatchObject({ ok: true, value: { addresses: [PUBLIC, PUBLIC_6] } });
  });

  it.each(['inside.example', 'both.example', 'loop.example', 'mapped.example'])(
    'not to %s, for one address is enough',
    async (host) => {
      expect(await codeOf(`https://${host}/`)).toBe('webhook_target_refused');
    },
  );

  it.each(['none.example', 'unknown.example'])('not to %s, which has no address', async (host) => {
    expect(await codeOf(`https://${host}/`)).toBe('webhook_host_unknown');
  });

  it.each([
    ...[
      'https://127.0.0.1/',
      'https://2130706433/',
      'https://0177.1/',
      'https://0x7f.0.0.1/',
      'https://127.0.0.1./',
      'https://127。0。0。1/',
    ],
    ...[
      'https://[::1]/',
      'https://[::]/',
      'https://[::ffff:127.0.0.1]/',
      'https://[64:ff9b::a00:1]/',
      'https://[2002:a00:1::]/',
    ],
    ...[
      'https://169.254.169.254/latest/meta-data',
      'https://100.64.0.1/',
      'https://0/',
      'https://255.255.255.255/',
      'https://[fe80::1]/',
    ],
  ])('not to %s, without asking anybody', async (text) => {
    const resolve = () => Promise.reject(new Error('nobody is to be asked'));
    expect(await codeOf(text, { resolve })).toBe('webhook_target_refused');
  });

  it('what is refused tells no address', async () => {
    expect(JSON.stringify(await find('https://inside.example/'))).not.toContain('10.20');
  });

  it('the system’s resolver is asked as other programs ask it: localhost is refused, with and without its dot', async () => {
    for (const host of ['localhost', 'localhost.']) {
      const url = webhookUrl(`https://${host}/`);
      const found = url.ok && (await new WebhookTargets([]).find(url.value, true));
      expect(found).toMatchObject({ ok: false });
    }
  });
});

describe('ranges that are allowed', () => {
  const allowed = ['10.20.0.0/16'];

  it('are reached, also without TLS', async () => {
    expect(await codeOf('https://inside.example/', { allowed })).toBeNull();
    expect(await codeOf('http://inside.example/', { allowed })).toBeNull();
    expect(await codeOf('https://both.example/', { allowed })).toBeNull();
  });

  it('open nothing else', async () => {
    expect(await codeOf('https://loop.example/', { allowed })).toBe('webhook_target_refused');
    expect(await codeOf('https://mapped.example/', { allowed })).toBe('webhook_target_refused');
    expect(await codeOf('https://10.21.0.1/', { allowed })).toBe('webhook_target_refused');
  });

  it('do not count for what a customer’s own token has set', async () => {
    expect(await codeOf('https://inside.example/', { allowed, mayBeInside: false })).toBe('webhook_target_refused');
    expect(await codeOf('http://inside.example/', { allowed, mayBeInside: false })).toBe('webhook_target_refused');
  });

  it('http:// goes nowhere else: over the Internet others read along', async () => {
    expect(await codeOf('http://public.example/', { allowed })).toBe('webhook_needs_tls');
    expect(await codeOf('http://both.example/', { allowed })).toBe('webhook_needs_tls');
  });
});
