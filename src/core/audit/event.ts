/**
 * Everything that can be done to the world or to what the service knows of it. The union is closed: a change without an
 * event here does not compile. Events hold ids, names and fingerprints, never a secret.
 */
export type AuditEvent =
  | Event<'customer.created' | 'customer.changed' | 'customer.deleted', { customerId: string; name: string }>
  | Event<'token.created', { tokenId: string; name: string; scopes: readonly string[]; expiresAt: string | null }>
  | Event<'token.revoked', { tokenId: string; name: string }>
  | Event<'agent-token.created' | 'agent-token.revoked', { tokenId: string; clusterId: string; nodeId: string }>
  | Event<
      'ssh-credential.created',
      { credentialId: string; name: string; user: string; fingerprint: string; generated: boolean }
    >
  | Event<'host-key.seen', { hostKeyId: string; address: string; port: number; fingerprint: string }>
  | Event<'host-key.confirmed', { hostKeyId: string; address: string; port: number; fingerprint: string }>
  | Event<'arbiter.registered', { arbiterId: string; name: string; address: string; credentialId: string }>
  | Event<'instance.prepared', { instanceId: string; arbiterId: string; port: number; serverCertificateId: string }>
  | Event<'instance.unprepared', { instanceId: string; arbiterId: string }>
  | Event<'ca.created', { caId: string; instanceId: string; subject: string; sha256: string; notAfter: string }>
  | Event<'cluster.registered', { clusterId: string; arbiterId: string; name: string; nodes: readonly string[] }>
  | Event<'cluster.changed' | 'cluster.deleted', { clusterId: string; name: string }>
  | Event<'cluster.onboarded', { clusterId: string; name: string; algorithm: string }>
  | Event<
      'cluster.device-removed' | 'cluster.offboarded' | 'cluster.device-restored',
      { clusterId: string; name: string }
    >
  | Event<'node.leftovers-cleared', { clusterId: string; nodeId: string; address: string }>
  | Event<
      'certificate.reserved',
      { certificateId: string; caId: string; serial: string; subject: string; purpose: string }
    >
  | Event<
      'certificate.issued',
      { certificateId: string; serial: string; sha256: string; keySha256: string; notAfter: string }
    >
  | Event<
      'certificate.installed' | 'certificate.discarded' | 'certificate.revoked',
      { certificateId: string; serial: string }
    >
  | Event<
      'job.requested',
      { jobId: string; jobKind: string; subjectId: string; options: Readonly<Record<string, unknown>> }
    >
  | Event<'job.ended', { jobId: string; jobKind: string; state: string; finding: string | null }>
  | Event<'job.cancelled' | 'job.retried' | 'job.undo-requested', { jobId: string; jobKind: string }>
  | Event<'job.taken-over', { jobId: string; jobKind: string; fence: number }>
  | Event<'step.started' | 'step.undo-started', { jobId: string; step: string; subject: string; attempt: number }>
  | Event<
      'maintenance.planned',
      { windowId: string; clusterId: string | null; arbiterId: string | null; from: string; to: string; reason: string }
    >
  | Event<
      'maintenance.ended' | 'maintenance.cancelled',
      { windowId: string; clusterId: string | null; arbiterId: string | null; reason: string }
    >
  | Event<'freeze.set' | 'freeze.released', { reason: string }>
  | Event<
      'webhook.created' | 'webhook.changed' | 'webhook.deleted' | 'webhook.secret-rotated' | 'webhook.test-requested',
      { webhookId: string; name: string; host: string }
    >
  | Event<'webhook.disabled', { webhookId: string; name: string; finding: string }>
  | Event<
      'mail-recipient.created' | 'mail-recipient.deleted' | 'mail-recipient.test-requested',
      { recipientId: string; address: string }
    >
  | Event<'delivery.requested-again', { deliveryId: string; targetId: string; event: string }>
  | Event<
      'alert.opened' | 'alert.updated' | 'alert.resolved',
      { alertId: string; rule: string; severity: string; dedupKey: string; resolution: string | null }
    >
  | Event<'alert.ticket-changed', { alertId: string; ticket: string | null }>
  | Event<
      'alert-rule.set',
      { rule: string; enabled: boolean; severity: string; afterSeconds: number; resolveAfterSeconds: number }
    >
  | Event<'alert-rule.reset', { rule: string }>
  | Event<'vote.changed', { clusterId: string; from: string | null; to: string; findings: readonly string[] }>;

export type AuditKind = AuditEvent['kind'];

type Event<Kind extends string, Data> = Kind extends string ? { readonly kind: Kind; readonly data: Data } : never;

/** Each kind of the union, for filters and documents; the compiler refuses a missing or an invented one. */
const KINDS: Readonly<Record<AuditKind, true>> = {
  'customer.created': true,
  'customer.changed': true,
  'customer.deleted': true,
  'token.created': true,
  'token.revoked': true,
  'agent-token.created': true,
  'agent-token.revoked': true,
  'ssh-credential.created': true,
  'host-key.seen': true,
  'host-key.confirmed': true,
  'arbiter.registered': true,
  'instance.prepared': true,
  'instance.unprepared': true,
  'ca.created': true,
  'cluster.registered': true,
  'cluster.changed': true,
  'cluster.deleted': true,
  'cluster.onboarded': true,
  'cluster.device-removed': true,
  'cluster.offboarded': true,
  'cluster.device-restored': true,
  'node.leftovers-cleared': true,
  'certificate.reserved': true,
  'certificate.issued': true,
  'certificate.installed': true,
  'certificate.discarded': true,
  'certificate.revoked': true,
  'job.requested': true,
  'job.ended': true,
  'job.cancelled': true,
  'job.retried': true,
  'job.undo-requested': true,
  'job.taken-over': true,
  'step.started': true,
  'step.undo-started': true,
  'maintenance.planned': true,
  'maintenance.ended': true,
  'maintenance.cancelled': true,
  'freeze.set': true,
  'freeze.released': true,
  'webhook.created': true,
  'webhook.changed': true,
  'webhook.deleted': true,
  'webhook.secret-rotated': true,
  'webhook.test-requested': true,
  'webhook.disabled': true,
  'mail-recipient.created': true,
  'mail-recipient.deleted': true,
  'mail-recipient.test-requested': true,
  'delivery.requested-again': true,
  'alert.opened': true,
  'alert.updated': true,
  'alert.resolved': true,
  'alert.ticket-changed': true,
  'alert-rule.set': true,
  'alert-rule.reset': true,
  'vote.changed': true,
};

export const AUDIT_KINDS = Object.keys(KINDS) as readonly AuditKind[];
