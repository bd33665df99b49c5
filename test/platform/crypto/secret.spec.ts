import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/platform/crypto/secret.ts';

const TEXT = 'correct horse battery staple';
const secret = new Secret(TEXT);

describe('a Secret', () => {
  it('gives its text to whoever asks for it by name', () => {
    expect(secret.reveal()).toBe(TEXT);
  });

  it.each<[string, (hidden: Secret) => string]>([
    ['String()', (hidden) => String(hidden)],
    ['toString', (hidden) => hidden.toString()],
    ['a template', (hidden) => `${hidden as unknown as string}`],
    ['concatenation', (hidden) => (hidden as unknown as string) + ''],
    ['join', (hidden) => [hidden].join()],
    ['JSON', (hidden) => JSON.stringify({ hidden })],
    ['inspect', (hidden) => inspect(hidden)],
    [
      'inspect of what holds it, with everything shown',
      (hidden) => inspect({ deep: [hidden] }, { showHidden: true, depth: 9, getters: true }),
    ],
    ['format', (hidden) => format('%s %o %j %O', hidden, hidden, hidden, hidden)],
    [
      'an error',
      (hidden) => new Error('failed', { cause: hidden }).stack + inspect(new Error('failed', { cause: hidden })),
    ],
    ['its own properties', (hidden) => Object.entries(hidden).join() + Reflect.ownKeys(hidden).map(String).join()],
    ['structuredClone', (hidden) => inspect(structuredClone(hidden))],
  ])('does not show its text to %s (invariant 16)', (_, show) => {
    expect(show(secret)).not.toContain('horse');
  });
});
