import { describe, expect, it } from 'vitest';
import { cmapOf } from '../../../../src/core/corosync/conf/cmap.ts';
import { deviceSection, netDevice, type NetDevice } from '../../../../src/core/corosync/conf/net-device.ts';
import { print } from '../../../../src/core/corosync/conf/print.ts';
import { readDevice } from '../../../../src/core/corosync/conf/read-device.ts';
import type { Style } from '../../../../src/core/corosync/conf/style.ts';
import { hostAddress } from '../../../../src/core/names.ts';
import { ffsplit, lms } from './clusters.ts';
import { parsed, valueOf } from './real-files.ts';

const written = (device: NetDevice, style: Style) => print({ entries: [deviceSection(device, style)] });
const flat: Style = { indent: '', unit: '', lineEnd: '\n' };

describe('the device we write', () => {
  it('gives ffsplit its one vote and leaves that of lms to votequorum', () => {
    expect(written(ffsplit(), { indent: '  ', unit: '  ', lineEnd: '\n' })).toBe(
      [
        '  device {',
        '    model: net',
        '    net {',
        '      algorithm: ffsplit',
        '      host: 192.0.2.250',
        '      tls: required',
        '    }',
        '    votes: 1',
        '  }',
        '',
      ].join('\n'),
    );
    expect(written(lms(), flat)).not.toContain('votes');
  });

  it('names the port unless it is 5403', () => {
    expect(written(lms(5404), flat)).toContain('\nport: 5404\n');
    expect(written(lms(5403), flat)).toBe(written(lms(), flat));
    expect(written(lms(), flat)).not.toContain('port');
  });

  it('keeps to tabs and CRLF', () => {
    const text = written(ffsplit(), { indent: '\t', unit: '\t', lineEnd: '\r\n' });
    expect(text).toContain('\tdevice {\r\n\t\tmodel: net\r\n\t\tnet {\r\n\t\t\talgorithm: ffsplit\r\n');
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n ]{2}/);
  });

  it.each([ffsplit(), ffsplit(1), lms(), lms(65_535)])('is read back as what was asked for: %j', (device) => {
    const conf = parsed(`quorum {\n${written(device, flat)}}\n`);
    const read = valueOf(readDevice(cmapOf(conf)));
    expect(read).toMatchObject({ model: 'net', votes: device.votes });
    const { host, port, tls, algorithm } = device;
    expect(read?.net).toMatchObject({ host, port, tls, algorithm });
  });

  it('takes an IPv6 address, whose colons are no separators', () => {
    const device = valueOf(netDevice(valueOf(hostAddress('fd00::2')), 'lms'));
    const read = valueOf(readDevice(cmapOf(parsed(`quorum {\n${written(device, flat)}}\n`))));
    expect(read?.net?.host).toBe('fd00::2');
  });

  it.each([0, -1, 65_536, 5403.5, Number.NaN])('refuses the port %s', (port) => {
    const result = netDevice(valueOf(hostAddress('a')), 'lms', port);
    expect(result.ok ? [] : result.findings.map(({ code }) => code)).toEqual(['device_port_not_allowed']);
  });
});
