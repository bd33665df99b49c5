import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Passage } from './passage.ts';

describe('The passage', () => {
  it('lets many through together, and one alone only while nobody else is inside', async () => {
    const passage = new Passage();
    let inside = 0;
    let most = 0;
    let besideAlone = 0;
    const together = () =>
      passage.together(async () => {
        most = Math.max(most, (inside += 1));
        await pause(5);
        inside -= 1;
      });
    const alone = () =>
      passage.alone(async () => {
        besideAlone += inside;
        inside += 1;
        await pause(5);
        inside -= 1;
      });
    await Promise.all([together(), together(), alone(), together(), alone(), together()]);
    expect(most).toBe(2);
    expect(besideAlone).toBe(0);
  });

  it('is open again after work that failed', async () => {
    const passage = new Passage();
    await expect(passage.alone(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(passage.together(() => Promise.resolve(1))).resolves.toBe(1);
  });
});
