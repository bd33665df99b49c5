import { Injectable } from '@nestjs/common';
import { ArbitersStore } from '../../arbiters/arbiters.store.ts';
import { AuditStore } from '../../audit/audit.store.ts';
import { CertificatesStore } from '../../certificates/certificates.store.ts';
import { theJob } from '../../core/audit/actor.ts';
import { Database } from '../../platform/database/database.ts';
import { EVERYTHING } from '../../platform/database/scope.ts';
import { planned, type Step, type StepWork } from '../step.ts';

interface Input {
  readonly instanceId: string;
}

export const recordPreparation = (subject: string, input: Input) => planned('record-preparation', subject, null, input);

/** Writes down that the instance serves: clusters may be onboarded to it, and its view of the votes is asked for. */
@Injectable()
export class RecordPreparation implements Step<Input, null> {
  readonly name = 'record-preparation';

  constructor(
    private readonly database: Database,
    private readonly arbiters: ArbitersStore,
    private readonly certificates: CertificatesStore,
    private readonly audit: AuditStore,
  ) {}

  async do({ job, input }: StepWork<Input, null>): Promise<null> {
    await this.database.write(async (tx) => {
      const instance = await this.arbiters.findInstance(tx, input.instanceId);
      const [certificate] = await this.certificates.allOfJob(tx, EVERYTHING, job.id);
      if (!instance || !certificate || instance.state === 'prepared') return;
      await this.certificates.update(tx, { ...certificate, state: 'installed' });
      await this.arbiters.updateInstance(tx, {
        ...instance,
        state: 'prepared',
        caId: certificate.caId,
        serverCertificateId: certificate.id,
      });
      const { id: certificateId, serial } = certificate;
      await this.audit.record(tx, theJob(job.id), null, {
        kind: 'certificate.installed',
        data: { certificateId, serial },
      });
      await this.audit.record(tx, theJob(job.id), null, {
        kind: 'instance.prepared',
        data: {
          instanceId: instance.id,
          arbiterId: instance.arbiterId,
          port: instance.port,
          serverCertificateId: certificateId,
        },
      });
    });
    return null;
  }

  async undo({ job, input }: StepWork<Input, null>): Promise<void> {
    await this.database.write(async (tx) => {
      const instance = await this.arbiters.findInstance(tx, input.instanceId);
      if (instance?.state !== 'prepared') return;
      await this.arbiters.updateInstance(tx, { ...instance, state: 'unprepared', serverCertificateId: null });
      await this.audit.record(tx, theJob(job.id), null, {
        kind: 'instance.unprepared',
        data: { instanceId: instance.id, arbiterId: instance.arbiterId },
      });
    });
  }
}
