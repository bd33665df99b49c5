import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Certificate } from '../../certificates/certificate.entity.ts';
import { CertificatesStore } from '../../certificates/certificates.store.ts';
import { error, hasError, info, type Finding } from '../../core/finding.ts';
import { arbiterFacts, type ArbiterFacts } from '../../core/facts/arbiter-facts.ts';
import { inStages, refusal, type Plan } from '../../core/jobs/plan.ts';
import { hostFindings } from '../../core/gates/host-gates.ts';
import { DatabaseDirectory, Nickname, QNETD_OWNER, TrustFlags, CertutilUsage } from '../../core/qnetd/nss.ts';
import { SERVER_COMMON_NAME } from '../../core/certificates/subject.ts';
import type { Clock } from '../../core/time.ts';
import { SCRIPTS } from '../../hosts/scripts.ts';
import { CLOCK } from '../../platform/clock/clock.ts';
import { Database } from '../../platform/database/database.ts';
import { EVERYTHING } from '../../platform/database/scope.ts';
import { lookAt } from '../look-at.ts';
import type { JobKind, JobTarget, PlanRequest } from '../job-kind.ts';
import { distrustCertificates } from '../steps/distrust-certificates.ts';
import { installPackages, forgetPackages } from '../steps/install-packages.ts';
import { installCertificate, issueCertificate, requestKey, type NssPlace } from '../steps/host-certificate.ts';
import { proveQnetd } from '../steps/probe-qnetd.ts';
import { recordPreparation } from '../steps/record-preparation.ts';
import { startQnetd } from '../steps/run-qnetd.ts';

const options = z.strictObject({});

/** Makes a host an arbiter: qnetd with a certificate of ours, demanding TLS of everybody, unprivileged. */
@Injectable()
export class PrepareArbiter implements JobKind<z.output<typeof options>> {
  readonly name = 'prepare-arbiter';
  readonly about = 'arbiter';
  readonly changes = true;
  readonly options = options;

  constructor(
    private readonly database: Database,
    private readonly certificates: CertificatesStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async plan({ jobId, target, look }: PlanRequest<z.output<typeof options>>): Promise<Plan> {
    const { arbiter } = target;
    const found = await lookAt(look(arbiter.id, arbiter.address), SCRIPTS.gatherArbiter, this.clock, (sections, at) =>
      arbiterFacts(sections, at, arbiter.name),
    );
    if ('unreachable' in found) return refusal([found.unreachable]);
    const obstacles = obstaclesOf(found.facts, target);
    if (hasError(obstacles)) return refusal(obstacles);
    if (target.instance.state === 'prepared' && servesOurs(found.facts)) {
      return {
        steps: [],
        findings: [
          ...obstacles,
          info('already_prepared', arbiter.name, `"${arbiter.name}" is prepared; there is nothing to do.`),
        ],
        quorum: null,
      };
    }
    const revoked = await this.certificates.refusedBy(this.database.read, EVERYTHING, arbiter.id, this.clock.now());
    return { steps: stepsFor(jobId, target, found.facts, revoked), findings: obstacles, quorum: null };
  }
}

const obstaclesOf = (facts: ArbiterFacts, { arbiter, instance }: JobTarget): Finding[] => {
  const findings = hostFindings(facts, arbiter.name);
  if (facts.units.get('corosync.service')?.active === 'active') {
    findings.push(
      error(
        'arbiter_is_a_node',
        arbiter.name,
        'corosync runs on this host: it is a node of some cluster, and cannot judge between nodes. Use a host of its own.',
      ),
    );
  }
  const clients = facts.status.kind === 'known' ? facts.status.value.connectedClients : 0;
  const isOurs = instance.state === 'prepared' && servesOurs(facts);
  if (clients > 0 && !isOurs) {
    findings.push(
      error(
        'arbiter_in_use',
        arbiter.name,
        `${clients} clients are connected to the qnetd of this host, which has certificates that are not of this service: preparing it would lock them out. Move those clusters first.`,
        { clients },
      ),
    );
  }
  return findings;
};

/** A database that is a link of ours, and a daemon that demands TLS. */
const servesOurs = (facts: ArbiterFacts): boolean =>
  facts.database.startsWith('link nssdb.umpire-') &&
  facts.status.kind === 'known' &&
  facts.status.value.tls === 'required';

const numbered = ({ id, serial }: Certificate) => ({ id, serial });

const placeOf = (jobId: string): NssPlace => ({
  stage: `${DatabaseDirectory.qnetd}.umpire-${jobId}`,
  live: DatabaseDirectory.qnetd,
  nickname: Nickname.qnetdCert,
  commonName: SERVER_COMMON_NAME,
  usage: CertutilUsage.server,
  caTrust: TrustFlags.caOnArbiter,
  group: QNETD_OWNER,
});

const stepsFor = (
  jobId: string,
  { arbiter, instance }: JobTarget,
  facts: ArbiterFacts,
  revoked: readonly Certificate[],
) => {
  const { id, name, address } = arbiter;
  const missing = ['corosync-qnetd', 'libnss3-tools'].filter((needed) => !facts.packages.has(needed));
  const packages = missing.length > 0 ? { packages: missing, record: `/var/lib/umpire/packages-${jobId}` } : null;
  const unit = facts.units.get('corosync-qnetd.service');
  const place = placeOf(jobId);
  return inStages(
    packages ? [installPackages(name, id, packages)] : [],
    [requestKey(name, id, place)],
    [issueCertificate(name, id, { purpose: 'server', instanceId: instance.id, commonName: SERVER_COMMON_NAME })],
    [installCertificate(name, id, place)],
    // A new database trusts whatever our CA has signed, also what was revoked since.
    revoked.length > 0 ? [distrustCertificates(name, id, { certificates: revoked.map(numbered) })] : [],
    [startQnetd(name, id, { wasEnabled: unit?.enabled === 'enabled', wasActive: unit?.active === 'active' })],
    [proveQnetd(name, id, { address, port: instance.port })],
    packages ? [forgetPackages(name, id, { record: packages.record })] : [],
    [recordPreparation(name, { instanceId: instance.id })],
  );
};
