import { Module } from '@nestjs/common';
import { ClustersModule } from '../clusters/clusters.module.ts';
import { Authorities } from './authorities.ts';
import { CertificatesController } from './certificates.controller.ts';
import { CertificatesStore } from './certificates.store.ts';
import { IssueCertificate } from './issue-certificate.ts';

@Module({
  imports: [ClustersModule],
  controllers: [CertificatesController],
  providers: [CertificatesStore, Authorities, IssueCertificate],
  exports: [CertificatesStore, IssueCertificate, Authorities],
})
export class CertificatesModule {}
