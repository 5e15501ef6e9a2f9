import { inContext, systemContext } from '@app/database';
import type { DynamicModule, INestApplicationContext, InjectionToken, Type } from '@nestjs/common';
import { Global, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

/** What an app asks for by token, and what it is given. */
export type Given = readonly (readonly [token: InjectionToken, value: unknown])[];

@Global()
@Module({})
class GivenModule {
  static of(given: Given): DynamicModule {
    const providers = given.map(([provide, useValue]) => ({ provide, useValue }));
    return { module: GivenModule, providers, exports: providers.map(({ provide }) => provide) };
  }
}

/** One app's module, given from outside what it does not make itself. */
export async function openModule(module: Type, given: Given): Promise<INestApplicationContext> {
  @Module({ imports: [GivenModule.of(given), module] })
  class ProcessModule {}
  // A module may bring its own rows up to date when it starts, as the programmes do.
  return inContext(systemContext('start', { isPlumbing: true }), () =>
    NestFactory.createApplicationContext(ProcessModule, { logger: ['error', 'warn'], abortOnError: false }),
  );
}
