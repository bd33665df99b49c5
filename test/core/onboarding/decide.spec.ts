import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { removeDevice, withConfigVersion } from '../../../src/core/corosync/conf/edit.ts';
import { print } from '../../../src/core/corosync/conf/print.ts';
import { decideOnboarding, type OnboardingDecision } from '../../../src/core/onboarding/decide.ts';
import { parsed, valueOf } from '../corosync/conf/real-files.ts';
import { configText, healthy, type Wish } from './situations.ts';

const decided = (wish: Wish = {}): OnboardingDecision => {
  const { decision, findings } = decideOnboarding(healthy(wish));
  if (decision === null) throw new Error(`refused: ${JSON.stringify(findings)}`);
  return decision;
};

const withVersion = (text: string, version: number): string =>
  text.replace('config_version: 7', `config_version: ${version}`);

const FFSPLIT = [
  '  device {',
  '    model: net',
  '    net {',
  '      algorithm: ffsplit',
  '      host: 10.77.0.2',
  '      tls: required',
  '    }',
  '    votes: 1',
  '  }',
  '',
].join('\n');
const LMS = FFSPLIT.replace('ffsplit', 'lms').replace('    votes: 1\n', '');

describe('the onboarding of a healthy cluster of two nodes', () => {
  const { after, before, restored, setAside, device } = decided();

  it('adds ffsplit with one vote and TLS required, takes two_node out, and counts the version up by one', () => {
    const expected = withVersion(configText(2), 8).replace('  two_node: 1\n', FFSPLIT);
    expect(after).toEqual({ text: expected, version: '8' });
    expect(device).toEqual({ algorithm: 'ffsplit', votes: 1 });
  });

  it('keeps what stands on the nodes now, byte for byte, as what the change begins from (invariant 12)', () => {
    expect(before).toEqual({ text: configText(2), version: '7' });
  });

  it('knows what an undo writes: the old text under the version above the new one (invariant 9)', () => {
    expect(restored).toEqual({ text: withVersion(configText(2), 9), version: '9' });
  });

  it('keeps the line that had to go, for the day the device goes', () => {
    expect(setAside).toMatchObject({ nodeCount: 2, lines: [{ raw: '  two_node: 1\n' }] });
    const without = valueOf(removeDevice(parsed(after.text), setAside));
    expect(print(valueOf(withConfigVersion(without, 9)))).toBe(restored.text);
  });
});

describe('the onboarding of other shapes', () => {
  it('gives three nodes lms and writes no votes, which are then always one less than there are nodes', () => {
    const { after, device } = decided({ nodeCount: 3 });
    expect(after.text).toBe(withVersion(configText(3), 8).replace(/\}\n$/, `${LMS}}\n`));
    expect(device).toEqual({ algorithm: 'lms', votes: 2 });
  });

  it('gives four nodes ffsplit, and sets nothing aside', () => {
    const { after, setAside } = decided({ nodeCount: 4 });
    expect(after.text).toBe(withVersion(configText(4), 8).replace(/\}\n$/, `${FFSPLIT}}\n`));
    expect(setAside.lines).toEqual([]);
  });

  it('does the same on Proxmox VE', () => {
    const { after, before } = decided({ kind: 'pve' });
    expect(before.text).toBe(configText(2, 'pve'));
    expect(after.text).toBe(withVersion(configText(2, 'pve'), 8).replace(/\}\n$/, `${FFSPLIT}}\n`));
  });

  it.each([2, 3, 4, 5, 8])(
    'changes nothing else of the file of %i nodes: comments and blanks stay (invariant 13)',
    (nodeCount) => {
      const { after, before } = decided({ nodeCount });
      const rest = (text: string) =>
        text
          .replace(/ {2}device \{[^]*?\n {2}\}\n/, '')
          .replace('  two_node: 1\n', '')
          .replace(/config_version: \d/, '');
      expect(rest(after.text)).toBe(rest(before.text));
      expect(after.text).toContain('# looked after by the night shift \n');
    },
  );

  it('names the port where the instance has another than 5403', () => {
    const situation = healthy();
    const { decision } = decideOnboarding({ ...situation, arbiter: { ...situation.arbiter, port: 5500 } });
    expect(decision?.after.text).toContain('      host: 10.77.0.2\n      port: 5500\n');
  });

  it('keeps every byte of a file that is no UTF-8', () => {
    const odd = '# caf\xe9 \xff\xfe\n';
    const { before, after } = decided({ config: (text) => odd + text });
    expect(before.text.startsWith(odd)).toBe(true);
    expect(after.text.startsWith(odd)).toBe(true);
  });

  it('says the same whenever it is asked the same', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 16 }),
        fc.constantFrom('pve' as const, 'corosync' as const),
        (nodeCount, kind) => {
          expect(decideOnboarding(healthy({ nodeCount, kind }))).toEqual(
            decideOnboarding(healthy({ nodeCount, kind })),
          );
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('the node votes that must be online', () => {
  it.each([
    // N nodes, quorum beside the device, quorum without it
    [2, 2, 2],
    [3, 3, 2],
    [4, 3, 3],
    [5, 5, 3],
    [8, 5, 5],
  ])(
    'of %i nodes are %i with the device in the file, and %i before (invariant 2)',
    (nodeCount, votesAfter, votesRestored) => {
      expect(decided({ nodeCount })).toMatchObject({ votesAfter, votesRestored });
    },
  );

  it('are never more than there are nodes', () => {
    for (let nodeCount = 2; nodeCount <= 32; nodeCount += 1)
      expect(decided({ nodeCount }).votesAfter).toBeLessThanOrEqual(nodeCount);
  });
});

describe('the forecast', () => {
  /** Node losses survived: today, with the device, and with the device on the day the arbiter is away. */
  it.each([
    [2, 'corosync' as const, 1, 1, 0],
    [2, 'pve' as const, 0, 1, 0],
    [3, 'pve' as const, 1, 2, 0],
    [4, 'pve' as const, 1, 2, 1],
    [5, 'pve' as const, 2, 4, 0],
    [6, 'pve' as const, 2, 3, 2],
    [8, 'pve' as const, 3, 4, 3],
  ])(
    'for %i nodes (%s): %i lost today, %i with the device, %i without the arbiter',
    (nodeCount, kind, now, after, away) => {
      const { quorum } = decideOnboarding(healthy({ nodeCount, kind }));
      expect(quorum).toMatchObject({
        now: { nodeLossesSurvived: now },
        after: { nodeLossesSurvived: after },
        afterWithoutQdevice: { nodeLossesSurvived: away },
      });
    },
  );

  it('has 2 of 3 votes for a survivor of two nodes, and N-1 votes of the device for an odd number', () => {
    expect(decideOnboarding(healthy({ kind: 'pve' })).quorum?.after).toMatchObject({
      expectedVotes: 3,
      quorum: 2,
      qdeviceVotes: 1,
    });
    expect(decideOnboarding(healthy({ nodeCount: 5 })).quorum?.after).toMatchObject({
      expectedVotes: 9,
      quorum: 5,
      qdeviceVotes: 4,
    });
  });

  it('stands beside a refusal too, so that a person sees what is at stake', () => {
    const { decision, quorum } = decideOnboarding(healthy({ nodeCount: 3, acceptOddNodeRisk: false }));
    expect(decision).toBeNull();
    expect(quorum?.afterWithoutQdevice.nodeLossesSurvived).toBe(0);
  });
});

describe('an odd number of nodes', () => {
  const RISKS = ['qdevice_single_point_of_failure', 'last_node_overload', 'ceph_stops_without_majority'];

  it.each([3, 5, 7])('is refused for %i nodes until a person has accepted the risks', (nodeCount) => {
    const { decision, findings } = decideOnboarding(healthy({ nodeCount, acceptOddNodeRisk: false }));
    expect(decision).toBeNull();
    expect(findings.map(({ code }) => code)).toEqual(['odd_node_risk_not_accepted', ...RISKS]);
  });

  it('is onboarded with the same warnings once they have', () => {
    const { decision, findings } = decideOnboarding(healthy({ nodeCount: 3 }));
    expect(decision).not.toBeNull();
    expect(findings.map(({ code, severity }) => [code, severity])).toEqual(RISKS.map((code) => [code, 'warning']));
  });

  it('does not concern an even one', () => {
    const { decision, findings } = decideOnboarding(healthy({ acceptOddNodeRisk: false }));
    expect(decision).not.toBeNull();
    expect(findings.map(({ code }) => code)).toEqual(['qdevice_strongly_recommended']);
  });
});
