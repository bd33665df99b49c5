import { Body, Controller, Delete, Get, Headers, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { z } from 'zod';
import { Database } from '../platform/database/database.ts';
import { mapPage } from '../platform/database/page.ts';
import { Answers } from '../platform/http/answers.ts';
import { TheCaller, type Caller } from '../platform/http/caller.ts';
import { withEtag } from '../platform/http/etag.ts';
import { pageRequest, presentPage } from '../platform/http/paging.ts';
import { notFound } from '../platform/http/problem.ts';
import { Requires } from '../platform/http/requires.ts';
import { idParam } from '../platform/http/schemas.ts';
import { ChangeCluster } from './change-cluster.ts';
import {
  clusterChange,
  clusterPageSchema,
  clusterQuery,
  clusterSchema,
  newCluster,
  presentCluster,
  type ClusterChange,
  type NewCluster,
} from './clusters.schema.ts';
import { ClustersStore } from './clusters.store.ts';
import { DeleteCluster } from './delete-cluster.ts';
import { RegisterCluster } from './register-cluster.ts';

@ApiTags('clusters')
@Controller('v1/clusters')
export class ClustersController {
  constructor(
    private readonly database: Database,
    private readonly clusters: ClustersStore,
    private readonly registerCluster: RegisterCluster,
    private readonly changeCluster: ChangeCluster,
    private readonly deleteCluster: DeleteCluster,
  ) {}

  @Post()
  @Requires('operate')
  @Answers(201, 'The cluster; nothing was run on its nodes yet.', clusterSchema)
  async create(
    @TheCaller() caller: Caller,
    @Body({ schema: newCluster }) body: NewCluster,
    @Res({ passthrough: true }) response: Response,
  ) {
    const cluster = await this.registerCluster.run(caller, body);
    response.setHeader('Location', `/v1/clusters/${cluster.id}`);
    return withEtag(response, presentCluster(cluster));
  }

  @Get()
  @Requires('read')
  @Answers(200, 'The clusters, newest first.', clusterPageSchema)
  async list(@TheCaller() { scope }: Caller, @Query({ schema: clusterQuery }) query: z.output<typeof clusterQuery>) {
    const page = await this.clusters.page(this.database.read, scope, query, pageRequest(query));
    return presentPage(mapPage(page, presentCluster));
  }

  @Get(':id')
  @Requires('read')
  @Answers(200, 'The cluster.', clusterSchema)
  async one(
    @TheCaller() { scope }: Caller,
    @Param({ schema: idParam }) { id }: { id: string },
    @Res({ passthrough: true }) response: Response,
  ) {
    const cluster = await this.clusters.find(this.database.read, scope, id);
    if (!cluster) throw notFound('cluster');
    return withEtag(response, presentCluster(cluster));
  }

  @Patch(':id')
  @Requires('operate')
  @Answers(200, 'The cluster as it is now.', clusterSchema)
  async change(
    @TheCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: { id: string },
    @Headers('if-match') ifMatch: string | undefined,
    @Body({ schema: clusterChange }) change: ClusterChange,
    @Res({ passthrough: true }) response: Response,
  ) {
    return withEtag(response, presentCluster(await this.changeCluster.run(caller, id, ifMatch, change)));
  }

  @Delete(':id')
  @Requires('operate')
  @Answers(204, 'It is forgotten.')
  async remove(
    @TheCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: { id: string },
    @Headers('if-match') ifMatch: string | undefined,
  ) {
    await this.deleteCluster.run(caller, id, ifMatch);
  }
}
