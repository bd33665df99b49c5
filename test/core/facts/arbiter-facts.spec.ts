import { describe, expect, it } from 'vitest';
import type { ToolOutput } from '../../../src/core/corosync/tools/tool.ts';
import { arbiterFacts } from '../../../src/core/facts/arbiter-facts.ts';
import { readSections } from '../../../src/core/facts/sections.ts';
import { NONCE, report, told } from './frames.ts';
import { ASKED_AT, recorded } from './recorded.ts';

const factsOf = (sections: Readonly<Record<string, ToolOutput>>) =>
  arbiterFacts(readSections(report(sections), NONCE), ASKED_AT, 'north');

describe('the facts of an arbiter', () => {
  it('tell of a fresh host that qnetd is installed, does not run and has no database', () => {
    const facts = arbiterFacts(recorded('fresh-arbiter.txt'), ASKED_AT, 'north');
    expect(facts).toMatchObject({ database: 'absent' });
    expect(facts.status).toMatchObject({ kind: 'down', finding: { subject: 'north' } });
    expect(facts.clusters.kind).toBe('down');
    expect(facts.packages.get('corosync-qnetd')).toBe('3.0.3-1');
  });

  it('tell of a running qnetd its port, and that it takes clients without TLS', () => {
    const facts = arbiterFacts(recorded('running-arbiter.txt'), ASKED_AT, 'north');
    expect(facts.database).toBe('database');
    expect(facts.status).toMatchObject({ kind: 'known', value: { port: 5403, tls: 'supported', connectedClients: 0 } });
    expect(facts.clusters).toEqual({ kind: 'known', value: [] });
  });

  it('tell of a qnetd that could not start that its unit failed', () => {
    const facts = arbiterFacts(recorded('failed-arbiter.txt'), ASKED_AT, 'north');
    expect(facts.units.get('corosync-qnetd.service')?.active).toBe('failed');
    expect(facts).toMatchObject({ database: 'database' });
    expect(facts.status.kind).toBe('down');
  });

  it('are unknown when nothing was answered, the database too', () => {
    const facts = factsOf({});
    expect(facts).toMatchObject({ database: 'unknown' });
    expect(facts.status.kind).toBe('unknown');
    expect(facts.clusters.kind).toBe('unknown');
  });

  it('tell a link of ours by where it leads', () => {
    expect(factsOf({ database: told('link nssdb.umpire-1\n') }).database).toBe('link nssdb.umpire-1');
  });
});
