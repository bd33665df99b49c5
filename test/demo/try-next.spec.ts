import { describe, expect, it } from 'vitest';
import { tryNext } from './try-next.ts';

const text = tryNext({
  lab: 'demo',
  url: 'http://127.0.0.1:8750',
  token: 'made-for-this-test',
  logFile: '/tmp/umpire-demo-x/service.log',
  cluster: { name: 'duo', id: '019aa000-0000-7000-8000-000000000000' },
});

describe('What to try next', () => {
  it('names the page to browse the API with', () => {
    expect(text).toContain('http://127.0.0.1:8750/docs');
  });

  it.each(['poweroff duo-1', 'poweron duo-1', 'cut arbiter', 'heal arbiter', 'list'])(
    'is a line to be copied: %s',
    (words) => {
      expect(text).toContain(`UMPIRE_LAB=demo npm run lab -- ${words}\n`);
    },
  );

  it('has the vote for a curl that needs nothing filled in', () => {
    const curl = text.split('\n').find((line) => line.includes('curl'));
    expect(curl).toMatch(
      /curl -s -H 'Authorization: Bearer made-for-this-test' http:\S+\/v1\/clusters\/019aa000-\S+\/vote$/,
    );
  });

  it('fits a terminal in height', () => {
    expect(text.split('\n').length).toBeLessThan(20);
  });
});
