import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.ts';
import { ArbitersModule } from '../arbiters/arbiters.module.ts';
import { CustomersModule } from '../customers/customers.module.ts';
import { HostsModule } from '../hosts/hosts.module.ts';
import { ChangeCluster } from './change-cluster.ts';
import { ClusterSurroundings } from './cluster-surroundings.ts';
import { ClustersController } from './clusters.controller.ts';
import { ClustersStore } from './clusters.store.ts';
import { DeleteCluster } from './delete-cluster.ts';
import { RegisterCluster } from './register-cluster.ts';

@Module({
  imports: [AccessModule, HostsModule, CustomersModule, ArbitersModule],
  controllers: [ClustersController],
  providers: [ClustersStore, ClusterSurroundings, RegisterCluster, ChangeCluster, DeleteCluster],
  exports: [ClustersStore],
})
export class ClustersModule {}
