import { describe, expect, it } from 'vitest';
import { SCRIPTS } from '../../../src/hosts/scripts.ts';

describe('what the scripts do to daemons', () => {
  /** Those that run on an arbiter; `start-qnetd.sh` counts its clients first. */
  const ON_THE_ARBITER = ['start-qnetd.sh', 'stop-qnetd.sh'];
  /** Units that our scripts may start and stop there: the device, and our own agent. */
  const UNITS = ['corosync-qdevice.service', 'umpire-agent.service'];
  const onNodes = Object.values(SCRIPTS).filter(({ name }) => !ON_THE_ARBITER.includes(name));

  it.each(onNodes.map(({ name, text }) => [name, text]))(
    'no script restarts anything on a node, or touches corosync itself: %s',
    (_, text) => {
      const systemctl = text.split('\n').filter((line) => /^[^#]*\bsystemctl\b/.test(line));
      expect(systemctl.filter((line) => /\b(restart|try-restart|kill|(?<!daemon-)reload)\b/.test(line))).toEqual([]);
      expect(systemctl.filter((line) => /\b(start|stop) corosync(\.service)?(?![\w-])/.test(line))).toEqual([]);
      const units = [...text.matchAll(/^unit=(.*)$/gm)].map(([, unit]) => unit);
      expect(units.filter((unit) => !UNITS.includes(unit?.split('/').at(-1) ?? ''))).toEqual([]);
    },
  );

  it('those that do anything to the device are seen by this', () => {
    expect(onNodes.filter(({ text }) => text.includes('unit=corosync-qdevice.service')).length).toBeGreaterThan(1);
  });
});
