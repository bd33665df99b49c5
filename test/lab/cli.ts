import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { Command } from 'commander';

import { HOST_ENVIRONMENT } from './host.ts';
import { Lab, labObstacle } from './lab.ts';
import { asTable, listing } from './listing.ts';
import { machineObstacle } from './machine.ts';
import { runInPlace } from './passthrough.ts';
import { defaultLabName, LABS_DIRECTORY, PACKAGE_CACHE, SCRIPTS } from './paths.ts';
import { DEFAULT_CLUSTERS, parseArbiterKind } from './plan.ts';
import { spokenProgress } from './progress.ts';
import { eachOf } from './waiting.ts';

const program = new Command('lab')
  .description('A lab of real hosts on this machine: an arbiter with corosync-qnetd and clusters of corosync nodes.')
  .addHelpText('after', '\nUMPIRE_LAB names the lab (default: lab); labs of different names run side by side.')
  .enablePositionalOptions()
  .hook('preAction', (_, action) => {
    const obstacle = action.name() === 'install' ? machineObstacle() : labObstacle();
    if (obstacle !== null) throw new Error(obstacle);
  });

program
  .command('install')
  .description("install Debian's packages that the lab needs, and keep those that bare hosts install themselves")
  .action(async () => {
    const labs = existsSync(LABS_DIRECTORY) ? await readdir(LABS_DIRECTORY, { withFileTypes: true }) : [];
    const up = labs.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    // The hosts' file systems lie over the machine's: it must not change beneath them.
    if (up.length > 0) throw new Error(`Not while a lab is up: ${up.join(', ')}.`);
    process.exitCode = await runInPlace(['sh', join(SCRIPTS, 'install.sh'), PACKAGE_CACHE]);
  });

program
  .command('up')
  .description('boot the arbiter and the clusters, and wait until these have formed')
  .option('--clusters <specs...>', 'name:nodes[:pve][:bare], parted by commas or blanks', DEFAULT_CLUSTERS)
  .option('--arbiter <kind>', 'bare, fresh or stock', 'fresh')
  .action(async (options: { clusters: string[]; arbiter: string }) => {
    const clusters = options.clusters.flatMap((specs) => specs.split(',')).filter(Boolean);
    const progress = spokenProgress();
    await Lab.up({ clusters, arbiter: parseArbiterKind(options.arbiter), progress });
    progress(`the lab ${defaultLabName()} is up`);
  });

program
  .command('down')
  .description('take the lab away without a trace, also after an interrupted "up"')
  .action(async () => {
    const progress = spokenProgress();
    await Lab.down(defaultLabName(), progress);
    progress(`the lab ${defaultLabName()} is down`);
  });

program
  .command('list')
  .description('show the hosts')
  .option('--json', 'for programs, with the fingerprints of the SSH host keys')
  .action(async (options: { json?: boolean }) => {
    const hosts = await listing(await Lab.attach());
    console.log(options.json ? JSON.stringify(hosts, null, 2) : asTable(hosts));
  });

program
  .command('cut <host...>')
  .description("unplug the hosts' switch ports")
  .action(async (names: string[]) => {
    const lab = await Lab.attach();
    for (const name of names) await lab.host(name).cut();
  });

program
  .command('heal [host...]')
  .description('undo every cut, partition, black hole and refusal (of these hosts: cuts and refusals)')
  .action(async (names: string[]) => (await Lab.attach()).heal(names.length > 0 ? names : undefined));

program
  .command('poweroff <host...>')
  .description('cut the power: unplug, then kill')
  .action(async (names: string[]) => {
    const lab = await Lab.attach();
    await eachOf(names, 4, (name) => lab.host(name).powerOff());
  });

program
  .command('poweron <host...>')
  .description('boot on the same disk')
  .action(async (names: string[]) => {
    const lab = await Lab.attach();
    await eachOf(names, 4, (name) => lab.host(name).powerOn());
  });

program
  .command('partition <hosts> <hosts>')
  .description('separate two comma separated groups of hosts; "controller" is where "run" runs')
  .action(async (one: string, other: string) => (await Lab.attach()).partition(one.split(','), other.split(',')));

program
  .command('reset <name>')
  .description('give a cluster, or the arbiter, fresh disks and boot it again')
  .action(async (name: string) => (await Lab.attach()).reset(name));

program
  .command('exec <host> <command...>')
  .description('run a command on a host as root, without SSH: exec duo-1 -- corosync-quorumtool')
  .passThroughOptions()
  .action(async (name: string, argv: string[]) => {
    const lab = await Lab.attach();
    const env = { ...HOST_ENVIRONMENT, TERM: process.env['TERM'] ?? 'dumb' };
    process.exitCode = await runInPlace(await lab.host(name).enter(withoutDashes(argv)), env);
  });

program
  .command('run <command...>')
  .description("run a command in the controller's network, from where the hosts can be reached: run -- npm test")
  .passThroughOptions()
  .action(async (argv: string[]) => {
    const lab = await Lab.attach();
    process.exitCode = await runInPlace(lab.network.inController(withoutDashes(argv)), {
      ...process.env,
      UMPIRE_LAB: lab.paths.lab,
    });
  });

program
  .command('ssh <host> [command...]')
  .description('log in as root, or run a command, by SSH')
  .passThroughOptions()
  .action(async (name: string, argv: string[]) => {
    const lab = await Lab.attach();
    const ssh = ['ssh', '-F', lab.paths.sshConfig, lab.host(name).name, ...withoutDashes(argv)];
    process.exitCode = await runInPlace(lab.network.inController(ssh));
  });

/** The `--` that parts our words from the command's is left in by commander where options are passed through. */
function withoutDashes(argv: readonly string[]): readonly string[] {
  return argv[0] === '--' ? argv.slice(1) : argv;
}

await program.parseAsync().catch((failure: unknown) => {
  console.error(failure instanceof Error ? failure.message : failure);
  process.exitCode = 1;
});
