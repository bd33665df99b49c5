import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';
import { flag, holds, id, indexOn, key, number, optional, text, unique, uniqueIndexOn, word } from './schema-words.ts';

const ACCESS = [
  new Table({
    name: 'customers',
    columns: [key(id('id')), word('name'), number('version'), number('created_at'), number('updated_at')],
  }),
  new Table({
    name: 'customer_refs',
    columns: [key(id('id')), id('customer_id'), word('system'), word('ref')],
    uniques: [unique('system', 'ref')],
    indices: [indexOn('customer_id')],
    foreignKeys: [holds('customer_id', 'customers')],
  }),
  new Table({
    name: 'tokens',
    columns: [
      ...[
        key(id('id')),
        word('name'),
        word('secret_hash'),
        text('scopes'),
        optional(id('customer_id')),
        word('origin'),
      ],
      ...[optional(number('expires_at')), optional(number('last_used_at')), number('version'), number('created_at')],
    ],
    indices: [uniqueIndexOn('secret_hash')],
    foreignKeys: [holds('customer_id', 'customers')],
  }),
  new Table({
    name: 'idempotent_answers',
    columns: [
      ...[key(id('token_id')), key(word('idempotency_key')), word('request_hash'), optional(number('status'))],
      ...[optional(text('sealed_answer')), number('created_at')],
    ],
    indices: [indexOn('created_at')],
  }),
  new Table({
    name: 'audit_events',
    columns: [key(id('id')), number('at'), word('kind'), optional(id('customer_id')), text('actor'), text('data')],
    indices: [indexOn('at'), indexOn('customer_id')],
  }),
];

const HOSTS = [
  new Table({
    name: 'ssh_credentials',
    columns: [
      ...[key(id('id')), word('name'), optional(id('customer_id')), word('login_user'), text('sealed_private_key')],
      ...[text('public_key'), word('fingerprint'), number('version'), number('created_at')],
    ],
    indices: [indexOn('customer_id')],
    foreignKeys: [holds('customer_id', 'customers')],
  }),
  new Table({
    name: 'host_keys',
    columns: [
      ...[key(id('id')), optional(id('customer_id')), word('address'), number('port'), word('status')],
      ...[optional(word('fingerprint')), optional(number('seen_at')), optional(number('confirmed_at'))],
      ...[number('version'), number('created_at')],
    ],
    indices: [indexOn('customer_id'), indexOn('status')],
  }),
  new Table({
    name: 'arbiters',
    columns: [
      ...[key(id('id')), word('name'), word('address'), number('ssh_port'), id('credential_id'), id('host_key_id')],
      ...[word('isolation'), optional(id('job_id')), number('version'), number('created_at')],
    ],
    uniques: [unique('name')],
    foreignKeys: [holds('credential_id', 'ssh_credentials'), holds('host_key_id', 'host_keys')],
  }),
  new Table({
    name: 'qnetd_instances',
    columns: [
      ...[key(id('id')), id('arbiter_id'), word('name'), number('port'), word('state')],
      ...[optional(id('ca_id')), optional(id('server_certificate_id'))],
    ],
    indices: [indexOn('arbiter_id')],
    foreignKeys: [holds('arbiter_id', 'arbiters')],
  }),
];

const CLUSTERS = [
  new Table({
    name: 'clusters',
    columns: [
      ...[key(id('id')), id('customer_id'), id('arbiter_id'), id('instance_id'), word('name'), word('folded_name')],
      ...[word('kind'), word('state'), optional(text('device')), optional(text('set_aside')), optional(id('job_id'))],
      ...[number('version'), number('created_at'), number('updated_at')],
    ],
    uniques: [unique('instance_id', 'folded_name')],
    indices: [indexOn('customer_id'), indexOn('arbiter_id')],
    foreignKeys: [
      holds('customer_id', 'customers'),
      holds('arbiter_id', 'arbiters'),
      holds('instance_id', 'qnetd_instances'),
    ],
  }),
  new Table({
    name: 'nodes',
    columns: [
      ...[key(id('id')), id('cluster_id'), id('customer_id'), number('position'), word('address'), number('ssh_port')],
      ...[id('credential_id'), id('host_key_id'), optional(number('node_id')), optional(word('name'))],
      ...[optional(word('machine_id'))],
    ],
    indices: [indexOn('cluster_id')],
    foreignKeys: [
      holds('customer_id', 'customers'),
      holds('cluster_id', 'clusters'),
      holds('credential_id', 'ssh_credentials'),
      holds('host_key_id', 'host_keys'),
    ],
  }),
];

const CERTIFICATES = [
  new Table({
    name: 'certificate_authorities',
    columns: [
      ...[key(id('id')), id('instance_id'), number('generation'), word('subject'), text('sealed_private_key')],
      ...[text('pem'), word('sha256'), number('not_before'), number('not_after'), number('created_at')],
    ],
    indices: [indexOn('instance_id')],
  }),
  new Table({
    name: 'certificates',
    columns: [
      ...[key(id('id')), optional(id('customer_id')), id('ca_id'), id('arbiter_id'), optional(id('cluster_id'))],
      ...[optional(id('node_id')), word('purpose'), word('subject'), word('serial'), word('state')],
      ...[optional(text('pem')), optional(word('sha256')), optional(word('key_sha256'))],
      ...[optional(number('not_before')), optional(number('not_after')), id('job_id'), number('version')],
      number('created_at'),
    ],
    uniques: [unique('ca_id', 'serial')],
    indices: [indexOn('customer_id'), indexOn('ca_id'), indexOn('cluster_id'), indexOn('not_after')],
  }),
];

const JOBS = [
  new Table({
    name: 'jobs',
    columns: [
      ...[key(id('id')), word('kind'), optional(id('customer_id')), optional(id('cluster_id')), id('arbiter_id')],
      ...[text('options'), word('state'), word('direction'), text('plan'), optional(text('finding'))],
      ...[flag('cancel_requested'), number('version'), number('created_at'), number('planned_at')],
      ...[optional(number('started_at')), optional(number('ended_at'))],
    ],
    indices: [indexOn('customer_id'), indexOn('cluster_id'), indexOn('arbiter_id'), indexOn('state')],
  }),
  new Table({
    name: 'job_steps',
    columns: [
      ...[key(id('job_id')), key(number('position')), number('stage'), word('name'), word('subject')],
      ...[optional(id('host_id')), text('input'), optional(text('output')), word('state'), number('attempts')],
      ...[optional(text('finding')), optional(number('started_at')), optional(number('ended_at'))],
    ],
  }),
  new Table({
    name: 'job_events',
    columns: [key(id('job_id')), key(number('sequence')), number('at'), word('kind'), text('data')],
  }),
  new Table({
    name: 'transcript_entries',
    columns: [
      ...[key(id('id')), id('job_id'), word('host'), optional(word('step')), text('command')],
      ...[optional(number('exit_code')), text('stdout'), text('stderr'), optional(word('failure'))],
      ...[number('started_at'), number('duration_ms')],
    ],
    indices: [indexOn('job_id')],
  }),
  new Table({
    name: 'leases',
    columns: [key(word('subject')), id('job_id'), id('holder'), number('fence'), number('expires_at')],
  }),
];

const VOTES = [
  new Table({
    name: 'readings',
    columns: [
      ...[key(id('id')), word('source'), optional(id('instance_id')), optional(id('cluster_id'))],
      ...[optional(id('customer_id')), optional(id('node_id')), number('at'), text('raw')],
    ],
    indices: [indexOn('instance_id'), indexOn('cluster_id'), indexOn('at')],
  }),
  new Table({
    name: 'vote_states',
    columns: [key(id('cluster_id')), id('customer_id'), word('state'), number('since')],
  }),
  new Table({
    name: 'vote_transitions',
    columns: [
      ...[key(id('id')), id('cluster_id'), id('customer_id'), number('at'), optional(word('from_state'))],
      ...[word('to_state'), text('findings')],
    ],
    indices: [indexOn('cluster_id'), indexOn('at')],
  }),
];

/** In an order in which each table finds those that it refers to. */
const TABLES = [...ACCESS, ...HOSTS, ...CLUSTERS, ...CERTIFICATES, ...JOBS, ...VOTES];

export class FirstSchema1764000000000 implements MigrationInterface {
  name = 'FirstSchema1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.createTable(table.clone(), false);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES.toReversed()) await runner.dropTable(table.name);
  }
}
