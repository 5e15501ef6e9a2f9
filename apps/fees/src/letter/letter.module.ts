import { Module } from '@nestjs/common';
import { LetterRepository } from './letter.repository';
import { LetterResolver } from './letter.resolver';
import { LetterService } from './letter.service';

/** Letters to people: made once, numbered, verifiable. */
@Module({ providers: [LetterRepository, LetterService, LetterResolver], exports: [LetterService] })
export class LetterModule {}
