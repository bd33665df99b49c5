import { Module } from '@nestjs/common';
import { ChangeCustomer } from './change-customer.ts';
import { CustomersController } from './customers.controller.ts';
import { CustomersStore } from './customers.store.ts';
import { DeleteCustomer } from './delete-customer.ts';
import { RegisterCustomer } from './register-customer.ts';

@Module({
  controllers: [CustomersController],
  providers: [CustomersStore, RegisterCustomer, ChangeCustomer, DeleteCustomer],
  exports: [CustomersStore],
})
export class CustomersModule {}
