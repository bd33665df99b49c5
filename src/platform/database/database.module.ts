import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Database } from './database.ts';

/** Hands the opened database to every room. */
@Global()
@Module({})
export class DatabaseModule {
  static for(database: Database): DynamicModule {
    return { module: DatabaseModule, providers: [{ provide: Database, useValue: database }], exports: [Database] };
  }
}
