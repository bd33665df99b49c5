import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { ClustersStore } from '../clusters/clusters.store.ts';
import { parseInstant } from '../core/time.ts';
import { Database } from '../platform/database/database.ts';
import { mapPage } from '../platform/database/page.ts';
import { Answers } from '../platform/http/answers.ts';
import { TheCaller, type Caller } from '../platform/http/caller.ts';
import { pageQuery, pageRequest, presentPage } from '../platform/http/paging.ts';
import { notFound } from '../platform/http/problem.ts';
import { Requires } from '../platform/http/requires.ts';
import { idParam } from '../platform/http/schemas.ts';
import { certificatePageSchema, certificateQuery, presentCertificate } from './certificates.schema.ts';
import { CertificatesStore, type CertificateFilter } from './certificates.store.ts';

@ApiTags('certificates')
@Controller('v1')
export class CertificatesController {
  constructor(
    private readonly database: Database,
    private readonly certificates: CertificatesStore,
    private readonly clusters: ClustersStore,
  ) {}

  @Get('certificates')
  @Requires('read')
  @Answers(200, 'Every certificate that was issued, newest first.', certificatePageSchema)
  list(@TheCaller() caller: Caller, @Query({ schema: certificateQuery }) query: z.output<typeof certificateQuery>) {
    const expiresBefore =
      query.expiresBefore === undefined ? undefined : (parseInstant(query.expiresBefore) ?? undefined);
    return this.page(caller, { clusterId: query.clusterId, state: query.state, expiresBefore }, query);
  }

  @Get('clusters/:id/certificates')
  @Requires('read')
  @Answers(200, 'The certificates of one cluster, newest first.', certificatePageSchema)
  async ofCluster(
    @TheCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: { id: string },
    @Query({ schema: pageQuery }) query: z.output<typeof pageQuery>,
  ) {
    if (!(await this.clusters.find(this.database.read, caller.scope, id))) throw notFound('cluster');
    return this.page(caller, { clusterId: id }, query);
  }

  private async page({ scope }: Caller, filter: CertificateFilter, query: z.output<typeof pageQuery>) {
    const page = await this.certificates.page(this.database.read, scope, filter, pageRequest(query));
    return presentPage(mapPage(page, presentCertificate));
  }
}
