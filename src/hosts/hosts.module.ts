import { Module } from '@nestjs/common';
import { CustomersModule } from '../customers/customers.module.ts';
import { ConfirmHostKey } from './confirm-host-key.ts';
import { CreateCredential } from './create-credential.ts';
import { HostKeysController } from './host-keys.controller.ts';
import { HostsStore } from './hosts.store.ts';
import { Installation } from './installation.ts';
import { InstallationStore } from './installation.store.ts';
import { ReachHosts } from './reach-hosts.ts';
import { ReadHostKeys } from './read-host-keys.ts';
import { RegisterHostKey } from './register-host-key.ts';
import { SshCredentialsController } from './ssh-credentials.controller.ts';

@Module({
  imports: [CustomersModule],
  controllers: [SshCredentialsController, HostKeysController],
  providers: [
    HostsStore,
    InstallationStore,
    Installation,
    CreateCredential,
    ConfirmHostKey,
    RegisterHostKey,
    ReadHostKeys,
    ReachHosts,
  ],
  exports: [HostsStore, Installation, RegisterHostKey, ReachHosts, ReadHostKeys],
})
export class HostsModule {}
