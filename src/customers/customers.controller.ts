import { Body, Controller, Delete, Get, Headers, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { z } from 'zod';
import { Database } from '../platform/database/database.ts';
import { mapPage } from '../platform/database/page.ts';
import { Answers } from '../platform/http/answers.ts';
import { TheCaller, type Caller } from '../platform/http/caller.ts';
import { withEtag } from '../platform/http/etag.ts';
import { pageQuery, pageRequest, presentPage } from '../platform/http/paging.ts';
import { notFound } from '../platform/http/problem.ts';
import { Requires } from '../platform/http/requires.ts';
import { idParam } from '../platform/http/schemas.ts';
import { ChangeCustomer } from './change-customer.ts';
import {
  customerChange,
  customerPageSchema,
  customerSchema,
  newCustomer,
  presentCustomer,
  refParams,
  type CustomerChange,
  type NewCustomer,
} from './customers.schema.ts';
import { CustomersStore } from './customers.store.ts';
import { DeleteCustomer } from './delete-customer.ts';
import { RegisterCustomer } from './register-customer.ts';

@ApiTags('customers')
@Controller('v1/customers')
export class CustomersController {
  constructor(
    private readonly database: Database,
    private readonly customers: CustomersStore,
    private readonly registerCustomer: RegisterCustomer,
    private readonly changeCustomer: ChangeCustomer,
    private readonly deleteCustomer: DeleteCustomer,
  ) {}

  @Post()
  @Requires('admin')
  @Answers(201, 'The customer.', customerSchema)
  async create(
    @TheCaller() caller: Caller,
    @Body({ schema: newCustomer }) body: NewCustomer,
    @Res({ passthrough: true }) response: Response,
  ) {
    const customer = await this.registerCustomer.run(caller, body);
    response.setHeader('Location', `/v1/customers/${customer.id}`);
    return withEtag(response, presentCustomer(customer));
  }

  @Get()
  @Requires('read')
  @Answers(200, 'The customers, newest first.', customerPageSchema)
  async list(@TheCaller() caller: Caller, @Query({ schema: pageQuery }) query: z.output<typeof pageQuery>) {
    const page = await this.customers.page(this.database.read, caller.scope, pageRequest(query));
    return presentPage(mapPage(page, presentCustomer));
  }

  @Get('by-ref/:system/:id')
  @Requires('read')
  @Answers(200, 'The customer that another system calls so.', customerSchema)
  async byRef(
    @TheCaller() caller: Caller,
    @Param({ schema: refParams }) ref: z.output<typeof refParams>,
    @Res({ passthrough: true }) response: Response,
  ) {
    const customer = await this.customers.findByRef(this.database.read, caller.scope, ref);
    if (!customer) throw notFound('customer');
    return withEtag(response, presentCustomer(customer));
  }

  @Get(':id')
  @Requires('read')
  @Answers(200, 'The customer.', customerSchema)
  async one(
    @TheCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: { id: string },
    @Res({ passthrough: true }) response: Response,
  ) {
    const customer = await this.customers.find(this.database.read, caller.scope, id);
    if (!customer) throw notFound('customer');
    return withEtag(response, presentCustomer(customer));
  }

  @Patch(':id')
  @Requires('admin')
  @Answers(200, 'The customer as it is now.', customerSchema)
  async change(
    @TheCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: { id: string },
    @Headers('if-match') ifMatch: string | undefined,
    @Body({ schema: customerChange }) change: CustomerChange,
    @Res({ passthrough: true }) response: Response,
  ) {
    return withEtag(response, presentCustomer(await this.changeCustomer.run(caller, id, ifMatch, change)));
  }

  @Delete(':id')
  @Requires('admin')
  @Answers(204, 'It is gone.')
  async remove(
    @TheCaller() caller: Caller,
    @Param({ schema: idParam }) { id }: { id: string },
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<void> {
    await this.deleteCustomer.run(caller, id, ifMatch);
  }
}
