import { ForeignKey } from 'typeorm';
import { AgentToken } from './access/agent-token.entity.ts';
import { Alert, AlertRuleRow, PendingAlert } from './alerts/alert.entity.ts';
import { IdempotentAnswer } from './access/idempotency.entity.ts';
import { Token } from './access/token.entity.ts';
import { Arbiter, QnetdInstance } from './arbiters/arbiter.entity.ts';
import { AuditEventRow } from './audit/audit-event.entity.ts';
import { Certificate, CertificateAuthority } from './certificates/certificate.entity.ts';
import { Cluster, Node } from './clusters/cluster.entity.ts';
import { Customer, CustomerRef } from './customers/customer.entity.ts';
import { Freeze } from './freeze/freeze.entity.ts';
import { HostKey } from './hosts/host-key.entity.ts';
import { InstallationRow } from './hosts/installation.entity.ts';
import { SshCredential } from './hosts/ssh-credential.entity.ts';
import { Job, JobEvent, JobStep, Lease, TranscriptEntry } from './jobs/job.entity.ts';
import { MaintenanceWindowRow } from './maintenance/maintenance-window.entity.ts';
import { InstanceStateRow, Reading, VoteStateRow, VoteTransition } from './votes/vote.entity.ts';
import { Delivery, DeliveryAttempt, NoticeRow } from './notifications/delivery.entity.ts';
import { MailRecipient } from './notifications/mail-recipient.entity.ts';
import { Webhook } from './notifications/webhook.entity.ts';

/** Every table. */
export const ENTITIES = [
  ...[Customer, CustomerRef, Token, AgentToken, IdempotentAnswer, AuditEventRow],
  ...[InstallationRow, SshCredential, HostKey, Arbiter, QnetdInstance, Cluster, Node],
  ...[CertificateAuthority, Certificate, Job, JobStep, JobEvent, TranscriptEntry, Lease, Freeze],
  ...[Reading, VoteStateRow, InstanceStateRow, VoteTransition, MaintenanceWindowRow],
  ...[Webhook, MailRecipient, NoticeRow, Delivery, DeliveryAttempt],
  ...[Alert, PendingAlert, AlertRuleRow],
];

type Table = abstract new () => object;

/** While the row that it names stands, `holder.property` keeps that row from being deleted. */
const holds = <T extends object>(holder: new () => T, property: keyof T & string, held: Table): void =>
  ForeignKey(() => held as new () => object, { onDelete: 'RESTRICT' })(holder.prototype as object, property);

/*
 * What cannot go while something else needs it. History (jobs, certificates, readings, the audit log) outlives what it
 * tells of and so holds nothing. The list stands here, because an entity knows no room but its own.
 */
holds(CustomerRef, 'customerId', Customer);
holds(Token, 'customerId', Customer);
holds(AgentToken, 'customerId', Customer);
holds(AgentToken, 'clusterId', Cluster);
holds(AgentToken, 'nodeId', Node);
holds(SshCredential, 'customerId', Customer);
holds(Cluster, 'customerId', Customer);
holds(Node, 'customerId', Customer);
holds(Node, 'clusterId', Cluster);
holds(Node, 'credentialId', SshCredential);
holds(Node, 'hostKeyId', HostKey);
holds(Cluster, 'arbiterId', Arbiter);
holds(Cluster, 'instanceId', QnetdInstance);
holds(QnetdInstance, 'arbiterId', Arbiter);
holds(Arbiter, 'credentialId', SshCredential);
holds(Arbiter, 'hostKeyId', HostKey);
holds(Webhook, 'customerId', Customer);
holds(MailRecipient, 'customerId', Customer);
