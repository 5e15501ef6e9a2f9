import { Module } from '@nestjs/common';
import { SetAsideRepository } from './set-aside.repository';
import { SetAsideResolver } from './set-aside.resolver';
import { SetAsideService } from './set-aside.service';

/** Replies that must not be used, and who looked into them. */
@Module({ providers: [SetAsideRepository, SetAsideService, SetAsideResolver], exports: [SetAsideService] })
export class SetAsideModule {}
