import { Module } from '@nestjs/common';
import { LookupService } from './lookup.service';
import { ResidentRepository } from './resident.repository';
import { ResidentService } from './resident.service';

/** Who moved, and where their household registration is. */
@Module({ providers: [ResidentRepository, LookupService, ResidentService], exports: [ResidentService] })
export class ResidentModule {}
