import { Module } from '@nestjs/common';
import { ProgrammeRepository } from './programme.repository';
import { ProgrammeResolver } from './programme.resolver';
import { ProgrammeService } from './programme.service';

/** The benefit programmes: folders of rules, loaded once and kept for ever by their hash. */
@Module({ providers: [ProgrammeRepository, ProgrammeService, ProgrammeResolver], exports: [ProgrammeService] })
export class ProgrammeModule {}
