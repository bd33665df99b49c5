import { describe, expect, it } from 'vitest';
import { cmapOf } from '../../../../src/core/corosync/conf/cmap.ts';
import { parsed } from './real-files.ts';

const stored = (text: string) =>
  Object.fromEntries([...cmapOf(parsed(text))].map(([path, { text: value, number }]) => [path, number ?? value]));

describe("corosync's configuration map", () => {
  it('joins the names of the sections with dots', () => {
    expect(stored('quorum {\ndevice {\nnet {\nhost: h\n}\n}\n}\n')).toEqual({ 'quorum.device.net.host': 'h' });
    expect(stored('quorum.device.net {\nhost: h\n}\n')).toEqual({ 'quorum.device.net.host': 'h' });
    expect(stored('quorum.device.net.host: h\n')).toEqual({ 'quorum.device.net.host': 'h' });
  });

  it('lets the last of equal keys win, across repeated sections', () => {
    const text = 'totem {\ntoken: 1\ntoken: 2\n}\ntotem {\njoin: 3\n}\ntotem {\ntoken: 4\n}\n';
    expect(stored(text)).toEqual({ 'totem.token': 4n, 'totem.join': 3n });
    expect(cmapOf(parsed(text)).get('totem.token')?.line).toBe(9);
  });

  it('numbers the nodes of a nodelist from 0', () => {
    expect(stored('nodelist {\nnode {\nnodeid: 7\n}\nnode {\nnodeid: 8\nname: b\n}\n}\n')).toEqual({
      'nodelist.node.0.nodeid': 7n,
      'nodelist.node.1.nodeid': 8n,
      'nodelist.node.1.name': 'b',
    });
  });

  it('lays the nodes of a second nodelist over those of the first', () => {
    const text =
      'nodelist {\nnode {\nnodeid: 1\nname: a\n}\n}\nnodelist {\nnode {\nnodeid: 2\n}\nnode {\nnodeid: 3\n}\n}\n';
    expect(stored(text)).toEqual({
      'nodelist.node.0.nodeid': 2n,
      'nodelist.node.0.name': 'a',
      'nodelist.node.1.nodeid': 3n,
    });
  });

  it('counts on where nodes are written without a nodelist around them', () => {
    expect(stored('nodelist.node {\nnodeid: 1\n}\nnodelist.node {\nnodeid: 2\n}\n')).toEqual({
      'nodelist.node.0.nodeid': 1n,
      'nodelist.node.1.nodeid': 2n,
    });
  });

  it('stores a number only where corosync does: in its own section, under its own key', () => {
    expect(stored('quorum {\ntwo_node: 1\n}\n')).toEqual({ 'quorum.two_node': 1n });
    expect(stored('quorum.two_node: 1\n')).toEqual({ 'quorum.two_node': '1' });
    expect(stored('quorum {\ndevice {\nvotes: 1\n}\n}\n')).toEqual({ 'quorum.device.votes': 1n });
    expect(stored('quorum {\ndevice.votes: 1\n}\n')).toEqual({ 'quorum.device.votes': '1' });
    expect(stored('quorum {\nsomething: 1\n}\n')).toEqual({ 'quorum.something': '1' });
  });

  it('wraps a negative config_version around as strtoull does, and no other number', () => {
    expect(stored('totem {\nconfig_version: -1\nknet_compression_level: -2\n}\n')).toEqual({
      'totem.config_version': 18_446_744_073_709_551_615n,
      'totem.knet_compression_level': -2n,
    });
  });
});
