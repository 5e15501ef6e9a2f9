import { Module } from '@nestjs/common';
import { LookupRepository } from './lookup.repository';
import { LookupService } from './lookup.service';

/** Look-ups by number, counted so that numbers cannot be tried out. */
@Module({ providers: [LookupRepository, LookupService], exports: [LookupService] })
export class LookupModule {}
