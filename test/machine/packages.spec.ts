import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { installMissing, missingPackages, packagesObstacle } from './packages.ts';

const hasDpkg = spawnSync('dpkg-query', ['--version']).status === 0;

describe.skipIf(!hasDpkg)('Packages', () => {
  it('count as missing exactly where dpkg does not have them installed', () => {
    expect(missingPackages(['dpkg', 'umpire-no-such-package', 'base-files'])).toEqual(['umpire-no-such-package']);
  });

  it('are left alone where none is missing', async () => {
    expect(await installMissing(['dpkg', 'base-files'])).toBeNull();
  });
});

describe('Why packages cannot be installed', () => {
  it.skipIf(process.getuid?.() !== 0)('is said to everybody but root', () => {
    const module = join(import.meta.dirname, 'packages.ts');
    const program = `const { packagesObstacle } = await import(${JSON.stringify(module)}); process.setuid(65534); console.log(packagesObstacle());`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
    expect(stdout.trim()).toBe('Packages are installed by root only.');
  });

  it('is one sentence, or nothing', () => {
    expect([null, 'Packages are installed by root only.', 'Packages are installed on Debian only.']).toContain(
      packagesObstacle(),
    );
  });
});
