import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { labObstacle } from './lab.ts';
import { SCRIPTS } from './paths.ts';
import type { FileTree } from './tree.ts';
import { treeDiff } from './tree.ts';

const tree = (entries: Record<string, string>): FileTree => ({ digest: '', entries });

describe('the difference of two trees', () => {
  it('names what came, went and changed, sorted by path', () => {
    const before = tree({ '/b': 'file 644 0:0 aa', '/c': 'dir 755 0:0' });
    const after = tree({ '/a': 'absent', '/b': 'file 600 0:0 aa' });
    expect(treeDiff(before, after)).toEqual([
      '/a: as it was made → absent',
      '/b: file 644 0:0 aa → file 600 0:0 aa',
      '/c: dir 755 0:0 → as it was made',
    ]);
  });

  it('is empty for equal trees', () => {
    expect(treeDiff(tree({ '/a': 'absent' }), tree({ '/a': 'absent' }))).toEqual([]);
  });
});

/** The marks of overlayfs (whiteouts, opaque directories) can be made by root only. */
describe.skipIf(labObstacle() !== null)('the reader of an overlay', () => {
  let top = '';

  beforeEach(() => {
    top = mkdtempSync('/run/tree-spec-');
    for (const part of ['upper', 'middle', 'bottom']) mkdirSync(join(top, part, 'etc/apt'), { recursive: true });
    writeFileSync(join(top, 'bottom/etc/apt/sources'), 'deb');
    writeFileSync(join(top, 'bottom/etc/hosts'), 'localhost');
  });

  afterEach(() => {
    rmSync(top, { recursive: true });
  });

  const differences = (below = '/etc'): string[] => {
    const lower = `${top}/middle:${top}/bottom`;
    const argv = ['-I', join(SCRIPTS, 'tree.py'), `${top}/upper`, lower, below];
    return execFileSync('/usr/bin/python3', argv, { encoding: 'utf8' }).split('\n').filter(Boolean);
  };
  const whiteout = (path: string): void => {
    rmSync(join(top, path), { recursive: true, force: true });
    execFileSync('mknod', [join(top, path), 'c', '0', '0']);
  };
  const makeOpaque = (path: string): void => {
    const script = 'import os, sys; os.setxattr(sys.argv[1], "trusted.overlay.opaque", b"y")';
    execFileSync('/usr/bin/python3', ['-c', script, join(top, path)]);
  };

  it('sees no difference in directories that were only passed through', () => {
    expect(differences()).toEqual([]);
  });

  it('sees no difference in a file that was copied up as it was', () => {
    writeFileSync(join(top, 'upper/etc/hosts'), 'localhost');
    expect(differences()).toEqual([]);
  });

  it('sees content, mode and kind', () => {
    writeFileSync(join(top, 'upper/etc/hosts'), 'localhost 2');
    writeFileSync(join(top, 'upper/etc/apt/sources'), 'deb');
    chmodSync(join(top, 'upper/etc/apt/sources'), 0o600);
    symlinkSync('hosts', join(top, 'upper/etc/new'));
    expect(differences()).toEqual([
      expect.stringMatching(/^\/etc\/apt\/sources\tfile 600 0:0 [0-9a-f]{64}$/),
      expect.stringMatching(/^\/etc\/hosts\tfile 644 0:0 [0-9a-f]{64}$/),
      '/etc/new\tlink 0:0 hosts',
    ]);
  });

  it('sees what was deleted', () => {
    whiteout('upper/etc/hosts');
    expect(differences()).toEqual(['/etc/hosts\tabsent']);
  });

  it('sees what a directory that was deleted and made again no longer shows', () => {
    makeOpaque('upper/etc/apt');
    expect(differences()).toEqual(['/etc/apt/sources\tabsent']);
  });

  it('does not count as deleted what a layer in between had hidden already', () => {
    whiteout('middle/etc/hosts');
    whiteout('upper/etc/hosts');
    makeOpaque('middle/etc/apt');
    makeOpaque('upper/etc/apt');
    expect(differences()).toEqual([]);
  });

  it('leaves out what changes by itself', () => {
    mkdirSync(join(top, 'upper/var/lib/corosync'), { recursive: true });
    mkdirSync(join(top, 'bottom/var/lib/corosync'), { recursive: true });
    mkdirSync(join(top, 'upper/var/log'), { recursive: true });
    writeFileSync(join(top, 'upper/var/lib/corosync/ringid_1'), '1.2');
    writeFileSync(join(top, 'upper/var/log/syslog'), 'hello');
    expect(differences('/var/lib')).toEqual([]);
  });
});
