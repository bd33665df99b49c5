import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { ClusterSpec, PlannedHost } from './plan.ts';
import {
  arbiterHost,
  DEFAULT_CLUSTERS,
  hardwareAddress,
  hostsOf,
  layersOf,
  parseArbiterKind,
  parseClusterSpec,
  placeClusters,
} from './plan.ts';

const plain = (name: string, nodes: number): ClusterSpec => ({ name, nodes, pve: false, bare: false });

/** Specs of up to twenty clusters with different names. */
const specs = fc
  .uniqueArray(fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/), { maxLength: 20 })
  .chain((names) => fc.tuple(...names.map((name) => fc.nat({ max: 98 }).map((more) => plain(name, more + 1)))));

describe('a cluster of the lab is described by name, size and options', () => {
  it.each([
    ['duo:2', plain('duo', 2)],
    ['pve:2:pve', { ...plain('pve', 2), pve: true }],
    ['x:3:bare', { ...plain('x', 3), bare: true }],
    ['my-pve:4:bare:pve', { name: 'my-pve', nodes: 4, pve: true, bare: true }],
    ['abcdefghijkl:99', plain('abcdefghijkl', 99)],
  ])('%s', (text, spec) => {
    expect(parseClusterSpec(text)).toEqual(spec);
  });

  it.each([
    '',
    'duo',
    'duo:',
    'duo:0',
    'duo:100',
    'duo:two',
    'duo:2.5',
    'Duo:2',
    'duo-:2',
    '-duo:2',
    '2duo:2',
    'a b:2',
  ])('refuses %j', (text) => {
    expect(() => parseClusterSpec(text)).toThrow(/cluster name|1 to 99 nodes/);
  });

  it('refuses names whose switch ports would be longer than an interface name may be (IFNAMSIZ)', () => {
    expect(() => parseClusterSpec('abcdefghijklm:2')).toThrow(/at most 12/);
    const longest = hostsOf({ ...parseClusterSpec('abcdefghijkl:99'), index: 1 });
    expect(Math.max(...longest.map(({ name }) => name.length))).toBe(15);
  });

  it.each(['arbiter:2', 'controller:2'])('refuses %s, which names something else', (text) => {
    expect(() => parseClusterSpec(text)).toThrow(/no cluster name/);
  });

  it('refuses an unknown option by its name', () => {
    expect(() => parseClusterSpec('duo:2:pev')).toThrow('"pev"');
  });

  it('has sound defaults: eleven hosts in four clusters', () => {
    const clusters = placeClusters(DEFAULT_CLUSTERS.map(parseClusterSpec));
    expect(clusters.flatMap(hostsOf)).toHaveLength(11);
  });
});

describe('an arbiter is one of three kinds', () => {
  it.each(['bare', 'fresh', 'stock'] as const)('%s', (kind) => {
    expect(parseArbiterKind(kind)).toBe(kind);
  });

  it('refuses another', () => {
    expect(() => parseArbiterKind('old')).toThrow(/bare, fresh or stock/);
  });
});

describe('the address plan', () => {
  it('gives node j of cluster i the address 10.77.i.j and the name <cluster>-j', () => {
    const [, trio] = placeClusters([plain('duo', 2), plain('trio', 3)]);
    expect(trio && hostsOf(trio).map(({ name, address, nodeId }) => [name, address, nodeId])).toEqual([
      ['trio-1', '10.77.2.1', 1],
      ['trio-2', '10.77.2.2', 2],
      ['trio-3', '10.77.2.3', 3],
    ]);
  });

  it('never gives a name, an address or a hardware address twice', () => {
    fc.assert(
      fc.property(specs, (wanted) => {
        const hosts = [arbiterHost(), ...placeClusters(wanted).flatMap(hostsOf)];
        for (const key of [nameOf, addressOf, hardwareOf]) expect(new Set(hosts.map(key)).size).toBe(hosts.length);
      }),
      { numRuns: 50 },
    );
  });

  it('fills the gap that a removed cluster left and moves none of the others', () => {
    const [duo, , quad] = placeClusters([plain('duo', 2), plain('trio', 3), plain('quad', 4)]);
    const left = [duo, quad].filter((cluster) => cluster !== undefined);
    expect(placeClusters([plain('new', 2), plain('newer', 2)], left).map(({ index }) => index)).toEqual([2, 4]);
  });

  it('refuses two clusters of one name', () => {
    expect(() => placeClusters([plain('duo', 2), plain('duo', 3)])).toThrow('two clusters named duo');
    expect(() => placeClusters([plain('duo', 2)], placeClusters([plain('duo', 2)]))).toThrow('duo');
  });

  it('refuses more clusters than there are networks', () => {
    const many = Array.from({ length: 255 }, (_, number) => plain(`c${number}`, 1));
    expect(() => placeClusters(many)).toThrow(/full/);
  });

  it('makes locally administered hardware addresses (IEEE 802: second bit of the first byte)', () => {
    expect(hardwareAddress('10.77.1.2')).toBe('02:00:0a:4d:01:02');
  });
});

describe('the layers of a host', () => {
  it.each([
    ['duo:2', ['node', 'base']],
    ['duo:2:bare', ['node-bare', 'node', 'base']],
    ['duo:2:pve', ['pve', 'node', 'base']],
    ['duo:2:pve:bare', ['bare-pve', 'node-bare', 'node', 'base']],
  ])('%s', (text, layers) => {
    const [cluster] = placeClusters([parseClusterSpec(text)]);
    const [host] = cluster ? hostsOf(cluster) : [];
    expect(host && layersOf(host, 'fresh')).toEqual(layers);
  });

  it('of the arbiter follow its kind', () => {
    expect(layersOf(arbiterHost(), 'stock')).toEqual(['arbiter-stock', 'base']);
  });
});

const nameOf = ({ name }: PlannedHost): string => name;
const addressOf = ({ address }: PlannedHost): string => address;
const hardwareOf = ({ address }: PlannedHost): string => hardwareAddress(address);
